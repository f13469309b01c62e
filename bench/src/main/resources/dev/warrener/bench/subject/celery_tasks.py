"""The tasks of the comparison with Celery: late acknowledgements, no results."""

import logging
import os
import time

import kombu.transport.pyamqp
from celery import Celery
from kombu import Queue

# Celery 5.2 asks for a prefetch of the whole channel, which a quorum queue refuses. This makes it ask for one for each
# consumer.
kombu.transport.pyamqp.Transport.qos_semantics_matches_spec = lambda self, connection: True

# Without this, the time to log a line for each task would be measured.
logging.getLogger("celery.app.trace").setLevel(logging.ERROR)
logging.getLogger("celery.worker.strategy").setLevel(logging.ERROR)

address = os.environ["BENCH_BROKER"]
app = Celery("celery_tasks", broker=address if address.count("/") > 2 else address + "//")
app.conf.task_queues = [Queue(os.environ["BENCH_QUEUE"], no_declare=True)]
app.conf.task_acks_late = True
app.conf.task_ignore_result = True
app.conf.worker_hijack_root_logger = False
app.conf.worker_enable_remote_control = False


@app.task(name="celery_tasks.no_op")
def no_op(argument):
    pass


@app.task(name="celery_tasks.pause")
def pause(argument):
    time.sleep(0.001)
