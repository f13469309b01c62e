"""Prints how many milliseconds a pool of processes takes to end: pool.py WORKERS idle|busy."""

import multiprocessing
import sys
import time


def begin(started):
    with started.get_lock():
        started.value += 1


def burn(_):
    while True:
        pass


if __name__ == "__main__":
    workers = int(sys.argv[1])
    started = multiprocessing.Value("i", 0)
    pool = multiprocessing.Pool(workers, begin, (started,))
    if sys.argv[2] == "busy":
        pool.map_async(burn, range(workers), 1)
    while started.value < workers:
        time.sleep(0.01)
    time.sleep(0.3)
    before = time.monotonic()
    pool.terminate()
    pool.join()
    print((time.monotonic() - before) * 1000)
