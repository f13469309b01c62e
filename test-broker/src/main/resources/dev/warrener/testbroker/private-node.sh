# Runs one throw-away RabbitMQ node and its own epmd, on loopback, for a JVM that holds the other end
# of stdin. Verbs come in by stdin, one a line; each is answered by "done". The end of stdin, so also
# any death of that JVM, ends everything and removes the node's folder.
#
#   bash private-node.sh FOLDER EPMD EPMD_PORT SERVER
#
# All else stands in the environment.

folder=$1 epmd=$2 epmd_port=$3 server=$4
node=

set -m                # each background job leads a process group of its own
trap : HUP INT TERM   # Ctrl-C reaches the whole terminal; we end when stdin does

start() {
  "$server" </dev/null >>"$folder/console.log" 2>&1 &
  node=$!
}

gone() { # within SECONDS
  for ((i = 0; i < $1 * 20; i++)); do
    kill -0 "$node" 2>/dev/null || return 0
    sleep 0.05
  done
  return 1
}

slay() {
  [ -n "$node" ] || return 0
  kill -KILL -- "-$node" 2>/dev/null
  gone 10
  node=
}

stop() {
  [ -n "$node" ] || return 0
  kill -CONT -- "-$node" 2>/dev/null
  kill -TERM "$node" 2>/dev/null
  gone 30
  slay
}

"$epmd" -port "$epmd_port" -address 127.0.0.1 </dev/null >/dev/null 2>&1 &
mapper=$!
start

while read -r verb; do
  case $verb in
    start) start ;;
    stop) stop ;;
    kill) slay ;;
    pause) kill -STOP -- "-$node" ;;
    resume) kill -CONT -- "-$node" ;;
  esac
  echo done
done

# Nobody is left who needs it stopped in order.
slay
kill -KILL -- "-$mapper" 2>/dev/null
rm -rf -- "$folder"
