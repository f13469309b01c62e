package dev.warrener.bench.suite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/** A recording by Flight Recorder: how often each method of Warrener was running. */
final class FlightRecording {
  private static final String OURS = "dev.warrener.";

  private record Spot(String thread, String method) {}

  private final Map<Spot, Integer> samples = new HashMap<>();
  private int all;

  private FlightRecording() {}

  /**
   * A method that takes time.
   *
   * @param thread the name of the thread
   * @param method the innermost method of Warrener on the stack, and the method that it had called
   * @param share the share of all samples, from 0 to 1
   */
  record Hot(String thread, String method, double share) {}

  /** Reads a recording. */
  static FlightRecording of(Path file) throws IOException {
    var recording = new FlightRecording();
    try (var events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        recording.take(events.readEvent());
      }
    }
    return recording;
  }

  private void take(RecordedEvent event) {
    var type = event.getEventType().getName();
    if (!type.equals("jdk.ExecutionSample") && !type.equals("jdk.NativeMethodSample")) {
      return;
    }
    var stack = event.getStackTrace();
    if (stack == null || stack.getFrames().isEmpty()) {
      return;
    }
    var frames = stack.getFrames();
    if (type.equals("jdk.NativeMethodSample")
        && frames.stream().anyMatch(FlightRecording::isWaiting)) {
      return;
    }
    RecordedThread thread = event.getThread("sampledThread");
    all++;
    samples.merge(new Spot(threadName(thread), describe(frames)), 1, Integer::sum);
  }

  /** Whether a native call only waits, for input or for the death of a child. */
  private static boolean isWaiting(RecordedFrame frame) {
    var method = frame.getMethod().getName();
    return method.startsWith("read")
        || method.contains("poll")
        || method.contains("accept")
        || method.contains("await")
        || method.contains("wait");
  }

  private static String threadName(@Nullable RecordedThread thread) {
    var name = thread == null ? null : thread.getJavaName();
    return name == null ? "a thread of the JVM" : name.replaceAll("[0-9]+", "N");
  }

  private static String describe(List<RecordedFrame> frames) {
    var innermost = name(frames.getFirst());
    Optional<String> ours =
        frames.stream()
            .map(FlightRecording::name)
            .filter(name -> name.startsWith(OURS))
            .findFirst();
    if (ours.isEmpty() || ours.get().equals(innermost)) {
      return shortened(innermost);
    }
    return shortened(ours.get()) + " in " + shortened(innermost);
  }

  private static String name(RecordedFrame frame) {
    var method = frame.getMethod();
    return method.getType().getName() + "." + method.getName();
  }

  private static String shortened(String method) {
    return method.startsWith(OURS) ? method.substring(OURS.length()) : method;
  }

  /** Returns the methods that take the most time, hottest first. */
  List<Hot> hottest(int most) {
    return samples.entrySet().stream()
        .map(entry ->
            new Hot(
                entry.getKey().thread(), entry.getKey().method(), entry.getValue() / (double) all))
        .sorted(Comparator.comparingDouble(Hot::share).reversed())
        .limit(most)
        .toList();
  }
}
