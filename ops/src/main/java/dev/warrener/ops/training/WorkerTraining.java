package dev.warrener.ops.training;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameReader;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.FrameWriter;
import dev.warrener.worker.process.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A worker that gets ready, runs one task, and is asked to stop. */
final class WorkerTraining {
  private static final String CHANNEL = "exec 3>&1 1>&2 4<&0 0</dev/null; exec \"$@\"";

  private WorkerTraining() {}

  /** Records a training of the program by {@code vm}. Returns the program's exit status. */
  static int run(WatchedVm vm, Path workerJar) throws IOException, InterruptedException {
    var builder = vm.start(workerJar.toString(), List.of(Worker.class.getName()));
    var command = new ArrayList<>(List.of("sh", "-c", CHANNEL, "sh"));
    command.addAll(builder.command());
    builder.command(command);
    builder.environment().put(Worker.FRAMES_IN, "4");
    builder.environment().put(Worker.FRAMES_OUT, "3");
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    var process = builder.start();
    try (var out = new FrameWriter(process.getOutputStream());
        var in = new FrameReader(process.getInputStream())) {
      say(
          out,
          Frame.builder(FrameType.HELLO)
              .field("version", Frame.PROTOCOL_VERSION)
              .field("worker", "training/1")
              .field("incarnation", 1)
              .field("controller", "training")
              .field("lease-millis", 60_000)
              .build());
      await(in, FrameType.READY);
      say(
          out,
          Frame.builder(FrameType.TASK)
              .field("task", "training")
              .field("attempt", 1)
              .field("queue", "training")
              .field("handler", "echo")
              .field("content-type", "application/json")
              .payload("null".getBytes(StandardCharsets.UTF_8))
              .build());
      await(in, FrameType.FINISHED);
      say(out, Frame.of(FrameType.STOP));
      while (in.read() != null) {
        // Nothing more is expected: it ends, and writes its cache.
      }
      return process.waitFor();
    } finally {
      process.destroyForcibly();
    }
  }

  private static void say(FrameWriter out, Frame frame) throws IOException {
    out.write(frame);
    out.flush();
  }

  private static void await(FrameReader in, FrameType type) throws IOException {
    for (var frame = in.read(); frame != null; frame = in.read()) {
      if (frame.type() == type) {
        return;
      }
    }
    throw new IOException("the worker has ended without sending " + type);
  }
}
