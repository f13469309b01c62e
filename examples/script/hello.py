"""One run of one task: the body on standard input, the result on standard output, the log on standard error."""
import json
import sys
import time

task = json.load(sys.stdin)
for second in range(task["seconds"]):
    print("second", second + 1, file=sys.stderr, flush=True)
    time.sleep(1)
print(json.dumps({"greeting": "Hello " + task["name"]}))
