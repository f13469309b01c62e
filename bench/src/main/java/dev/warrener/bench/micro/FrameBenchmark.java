package dev.warrener.bench.micro;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameReader;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.FrameWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Measures frames of tasks, written and read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FrameBenchmark {
  private static final int FRAMES = 100;

  private final byte[] body = new byte[200];
  private final byte[] written = written();

  private static Frame task(byte[] body) {
    return Frame.builder(FrameType.TASK)
        .field("task", "019aac5e-6c1c-7d3a-9c1e-6f2f0f1f2f3f")
        .field("attempt", 1)
        .field("queue", "throughput")
        .field("handler", "bench-no-op")
        .field("content-type", "application/json")
        .payload(body)
        .build();
  }

  private byte[] written() {
    var bytes = new ByteArrayOutputStream();
    try (var writer = new FrameWriter(bytes)) {
      for (int i = 0; i < FRAMES; i++) {
        writer.write(task(body));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  /** Builds and writes a hundred TASK frames of 200 bytes. */
  @Benchmark
  public int write100() throws IOException {
    var bytes = new ByteArrayOutputStream(64 * 1024);
    try (var writer = new FrameWriter(bytes)) {
      for (int i = 0; i < FRAMES; i++) {
        writer.write(task(body));
      }
    }
    return bytes.size();
  }

  /** Reads a hundred TASK frames of 200 bytes. */
  @Benchmark
  public @Nullable Frame read100() throws IOException {
    Frame last = null;
    try (var reader = new FrameReader(new ByteArrayInputStream(written))) {
      for (int i = 0; i < FRAMES; i++) {
        last = reader.read();
      }
    }
    return last;
  }
}
