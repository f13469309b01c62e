package dev.warrener.worker.process;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@link System#out} and {@link System#err}: each printed line becomes a LOG frame of the
 * current run. A thread that prints blocks while the controller can't keep up. Thread-safe.
 */
final class CapturedOutput {
  private final Outbox outbox;
  private final LineStream out = new LineStream("out");
  private final LineStream err = new LineStream("err");
  private final PrintStream printedOut = new UnclosablePrintStream(out);
  private final PrintStream printedErr = new UnclosablePrintStream(err);

  /** Written by the main thread, read by every thread that prints. */
  private volatile @Nullable Run run;

  CapturedOutput(Outbox outbox) {
    this.outbox = outbox;
  }

  /** Sets {@link System#out} and {@link System#err} to the two streams of this output. */
  void install() {
    System.setOut(printedOut);
    System.setErr(printedErr);
  }

  /** Assigns the lines from now on to a run. */
  void begin(Run next) {
    run = next;
  }

  /** Sends text that has no line end yet, and assigns the lines from now on to no run. */
  void end() {
    printedOut.flush();
    printedErr.flush();
    out.endLine();
    err.endLine();
    run = null;
  }

  /** Splits bytes into lines. */
  private final class LineStream extends OutputStream {
    private final String name;
    private final Line line = new Line();

    LineStream(String name) {
      this.name = name;
    }

    @Override
    public void write(int value) {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int from, int count) {
      int start = from;
      int limit = from + count;
      for (int at = from; at < limit; at++) {
        if (source[at] == '\n') {
          line.append(source, start, at - start);
          send();
          start = at + 1;
        }
      }
      line.append(source, start, limit - start);
    }

    synchronized void endLine() {
      if (!line.isEmpty()) {
        send();
      }
    }

    private void send() {
      Run owner = run;
      Frame.Builder frame =
          owner == null ? Frame.builder(FrameType.LOG) : owner.frame(FrameType.LOG);
      byte[] bytes = line.bytes();
      line.clear();
      outbox.post(frame.field(HeaderKey.STREAM, name).payload(bytes).build());
    }
  }

  /** A stream that stays open when a handler closes it, so that later handlers can still print. */
  private static final class UnclosablePrintStream extends PrintStream {
    UnclosablePrintStream(OutputStream target) {
      super(target, false, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      flush();
    }
  }
}
