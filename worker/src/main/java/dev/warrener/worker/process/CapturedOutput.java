package dev.warrener.worker.process;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.HeaderKey;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What stands in for {@link System#out} and {@link System#err}: each line becomes a LOG frame of
 * the run that is going on. Whoever prints waits when the controller can't keep up. Thread-safe.
 */
final class CapturedOutput {
  private final Outbox outbox;
  private final LineStream out = new LineStream("out");
  private final LineStream err = new LineStream("err");
  private final PrintStream printedOut = new UnclosablePrintStream(out);
  private final PrintStream printedErr = new UnclosablePrintStream(err);

  /** Written by the main thread, read by whoever prints. */
  private volatile @Nullable Run run;

  CapturedOutput(Outbox outbox) {
    this.outbox = outbox;
  }

  /** Makes this what {@link System#out} and {@link System#err} are. */
  void install() {
    System.setOut(printedOut);
    System.setErr(printedErr);
  }

  /** From here on lines belong to that run. */
  void begin(Run next) {
    run = next;
  }

  /** Sends what has been printed without an end of line; from here on lines belong to no run. */
  void end() {
    printedOut.flush();
    printedErr.flush();
    out.endLine();
    err.endLine();
    run = null;
  }

  /** Cuts bytes into lines. */
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

  /** A handler that closes it doesn't silence those that come after. */
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
