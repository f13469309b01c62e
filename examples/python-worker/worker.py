#!/usr/bin/env python3
"""A Warrener worker in Python: speaks version 1 of docs/worker-protocol.md with the standard library.

A controller starts it; it isn't run by hand. Its handlers are `echo` and `sleep`; to make your own,
add a function to HANDLERS. One task runs at a time, on the main thread, while another thread goes
on reading, so that a cancellation or the end of the channel is heard whatever a handler does.
"""

import collections
import functools
import json
import os
import select
import signal
import struct
import sys
import threading
import time
import traceback

VERSION = 1
MAXIMUM_FRAME = 256 * 1024 * 1024
MAXIMUM_LINE = 16 * 1024

HELLO, TASK, CANCEL, STOP, PING = 1, 2, 3, 4, 5
READY, STARTED, FINISHED, PROGRESS, LOG, PONG = 16, 17, 18, 19, 20, 21


class BrokenProtocol(Exception):
    """The controller said something that is not in the protocol."""


class Cancelled(Exception):
    """The run was asked to stop, and did."""


def die():
    """Ends this process at once: nobody listens any more."""
    os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)  # The first process of a PID namespace cannot signal itself.


def refuse(problem):
    """Ends this process because the controller cannot be understood."""
    os.write(2, f"python worker: {problem}\n".encode())
    os._exit(76)


class Channel:
    """Frames in both directions. One thread reads; any may write."""

    def __init__(self, descriptor_in, descriptor_out):
        # The channel is not for the children of handlers.
        os.set_inheritable(descriptor_in, False)
        os.set_inheritable(descriptor_out, False)
        self._in = os.fdopen(descriptor_in, "rb", buffering=64 * 1024)
        self._out = descriptor_out
        self._lock = threading.Lock()
        self.heard_at = time.monotonic()

    def has_unread(self):
        return bool(select.select([self._in], [], [], 0)[0])

    def read(self):
        """The next frame as (type, header, payload), or None when the channel has ended."""
        head = self._in.read(4)
        if not head:
            return None
        self.heard_at = time.monotonic()
        (length,) = struct.unpack(">I", self._whole(head, 4))
        if not 3 <= length <= MAXIMUM_FRAME:
            raise BrokenProtocol(f"a frame of {length} bytes")
        body = self._whole(self._in.read(length), length)
        self.heard_at = time.monotonic()
        return self._parse(body)

    @staticmethod
    def _whole(data, length):
        if len(data) < length:
            raise BrokenProtocol("the channel ended inside a frame")
        return data

    @staticmethod
    def _parse(body):
        try:
            kind, fields = struct.unpack_from(">BH", body)
            at, header = 3, {}
            for _ in range(fields):
                (length,) = struct.unpack_from(">H", body, at)
                key, at = body[at + 2 : at + 2 + length].decode(), at + 2 + length
                (length,) = struct.unpack_from(">I", body, at)
                value, at = body[at + 4 : at + 4 + length].decode(), at + 4 + length
                header[key] = value
            if at > len(body):
                raise BrokenProtocol("a header reaches beyond its frame")
            return kind, header, body[at:]
        except (struct.error, UnicodeDecodeError) as error:
            raise BrokenProtocol(str(error)) from error

    def write(self, kind, header=None, payload=b""):
        """Hands one frame to the kernel, whole, whichever thread asks."""
        parts = [struct.pack(">BH", kind, len(header or {}))]
        for key, value in (header or {}).items():
            name, text = key.encode(), str(value).encode("utf-8", "replace")
            parts.append(struct.pack(">H", len(name)) + name + struct.pack(">I", len(text)) + text)
        parts.append(payload)
        frame = b"".join(parts)
        if len(frame) > MAXIMUM_FRAME:
            raise ValueError(f"a frame of {len(frame)} bytes; at most {MAXIMUM_FRAME} are allowed")
        data = memoryview(struct.pack(">I", len(frame)) + frame)
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._out, data) :]
            except OSError:
                die()


class Run:
    """One run of one task, as its handler sees it."""

    def __init__(self, channel, header, payload):
        self._channel = channel
        try:
            self.task, self.attempt = header["task"], int(header["attempt"])
            self.handler, self.queue = header["handler"], header["queue"]
        except (KeyError, ValueError) as error:
            raise BrokenProtocol(f"a TASK frame without a proper {error}") from error
        self.batch = header.get("batch")
        self.content_type = header.get("content-type", "application/json")
        self.input = payload
        self.cancelled = threading.Event()

    def say(self, kind, payload=b"", **fields):
        header = {"task": self.task, "attempt": self.attempt}
        header.update({name.replace("_", "-"): value for name, value in fields.items()})
        self._channel.write(kind, header, payload)

    def progress(self, done, total, message=""):
        self.say(PROGRESS, message.encode(), done=done, total=total)

    def is_that(self, task, attempt):
        return self.task == task and str(self.attempt) == attempt

    def succeed(self, content_type, value):
        fields = {} if content_type is None else {"content_type": content_type}
        self.say(FINISHED, value, outcome="succeeded", **fields)

    def fail(self, kind, message, stack=""):
        self.say(
            FINISHED,
            outcome="failed",
            error_type=kind,
            error_message=message[:8192],
            error_stack=stack[-32768:],
        )


class Lines:
    """Stands in for sys.stdout and sys.stderr: each line becomes a LOG frame of the current run."""

    encoding = "utf-8"

    def __init__(self, worker, stream):
        self._worker, self._stream = worker, stream
        self._rest, self._lock = "", threading.Lock()

    def write(self, text):
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
            self._rest = self._rest[: MAXIMUM_LINE + 1]  # Enough to be seen to be cut.
        for line in lines:
            self._send(line)
        return len(text)

    def flush(self):
        with self._lock:
            rest, self._rest = self._rest, ""
        if rest:
            self._send(rest)

    def isatty(self):
        return False

    def _send(self, line):
        data = line.encode("utf-8", "replace")
        if len(data) > MAXIMUM_LINE:
            data = data[: MAXIMUM_LINE - 8].decode("utf-8", "ignore").encode() + b" [cut]"
        run = self._worker.current
        if run is None:
            self._worker.channel.write(LOG, {"stream": self._stream}, data)
        else:
            run.say(LOG, data, stream=self._stream)


class Worker:
    """Runs tasks, one at a time, until it is told to stop."""

    def __init__(self, channel, handlers):
        self.channel = channel
        self.handlers = handlers
        self.current = None
        # Guards `current`, `_waiting` and `_stopping`.
        self._changed = threading.Condition()
        self._waiting = collections.deque()
        self._stopping = False

    def main(self):
        lease = self._greet()
        sys.stdout, sys.stderr = Lines(self, "out"), Lines(self, "err")
        # In a thread, since the main thread may hold the very lock when the signal arrives.
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=self._stop).start())
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._watch, args=(lease,), daemon=True).start()
        self.channel.write(READY, {"version": VERSION, "handlers": ",".join(self.handlers)})
        while (run := self._next()) is not None:
            self._execute(run)

    def _greet(self):
        frame = self.channel.read()
        if frame is None:
            die()
        kind, header, _ = frame
        if kind != HELLO or header.get("version") != str(VERSION):
            raise BrokenProtocol(f"the controller does not speak version {VERSION}")
        return int(header["lease-millis"]) / 1000

    def _listen(self):
        try:
            while (frame := self.channel.read()) is not None:
                self._hear(*frame)
        except BrokenProtocol as error:
            refuse(error)
        except OSError:
            pass
        die()

    def _hear(self, kind, header, payload):
        if kind == TASK:
            run = Run(self.channel, header, payload)
            with self._changed:
                self._waiting.append(run)
                self._changed.notify()
        elif kind == CANCEL:
            self._cancel(header.get("task"), header.get("attempt"))
        elif kind == STOP:
            self._stop()
        elif kind == PING:
            self.channel.write(PONG)

    def _cancel(self, task, attempt):
        with self._changed:
            if self.current is not None and self.current.is_that(task, attempt):
                self.current.cancelled.set()
                return
            found = [run for run in self._waiting if run.is_that(task, attempt)]
            for run in found:
                self._waiting.remove(run)
        for run in found:
            run.fail("cancelled", "the run was cancelled before it started")

    def _stop(self):
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def _watch(self, lease):
        doubted = False
        while True:
            left = lease - (time.monotonic() - self.channel.heard_at)
            if left > 0:
                doubted = False
                time.sleep(left)
            elif self.channel.has_unread():
                doubted = False
                time.sleep(0.001)  # It was this process that stood still, not the controller.
            elif not doubted:
                doubted = True
                time.sleep(0.1)  # What has just been read may not have been noted yet.
            else:
                die()

    def _next(self):
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            self.current = None if self._stopping else self._waiting.popleft()
            return self.current

    def _execute(self, run):
        handler = self.handlers.get(run.handler)
        if handler is None:
            message = f"this worker has no handler '{run.handler}'"
            finish = functools.partial(run.fail, "unknown-handler", message)
        else:
            run.say(STARTED)
            finish = self._handle(handler, run)
        sys.stdout.flush()
        sys.stderr.flush()
        with self._changed:
            self.current = None
        finish()

    @staticmethod
    def _handle(handler, run):
        try:
            content_type, value = handler(run)
            return functools.partial(run.succeed, content_type, value)
        except Exception as error:  # Whatever a handler raises is a failure of its run.
            kind, message, stack = type(error).__name__, str(error), traceback.format_exc()
            return functools.partial(run.fail, kind, message, stack)


def echo(run):
    return run.content_type, run.input


def sleep(run):
    fields = json.loads(run.input)
    seconds, steps = fields["seconds"], fields["steps"]
    print(f"Task {run.task} running")
    for step in range(steps):
        if run.cancelled.wait(seconds / steps):
            raise Cancelled("cancelled")
        run.progress(step + 1, steps)
    print(f"Task {run.task} Done")
    return None, b""  # No value.


HANDLERS = {"echo": echo, "sleep": sleep}


def descriptor(variable):
    number = os.environ.pop(variable, None)
    if number is None:
        sys.exit(f"python worker: this is a worker, which a controller starts: {variable} is not set")
    return int(number)


if __name__ == "__main__":
    try:
        Worker(
            Channel(descriptor("WARRENER_FRAMES_IN"), descriptor("WARRENER_FRAMES_OUT")), HANDLERS
        ).main()
    except BrokenProtocol as problem:
        refuse(problem)
