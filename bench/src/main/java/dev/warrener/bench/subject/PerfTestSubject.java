package dev.warrener.bench.subject;

import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.ChildProcess;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredBroker;
import dev.warrener.bench.rig.MeasuredTasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** RabbitMQ's own load generator, whose consumer does nothing with a message. */
public final class PerfTestSubject implements Subject {
  private static final String MAIN = "com.rabbitmq.perf.PerfTest";
  private static final Pattern RECEIVED = Pattern.compile("received: (\\d+) msg/s");

  private final MeasuredPrograms programs;

  /** Uses PerfTest from the class path of this program. */
  public PerfTestSubject(MeasuredPrograms programs) {
    this.programs = programs;
  }

  @Override
  public String name() {
    return "PerfTest";
  }

  @Override
  public Optional<MissingPeer> missing() {
    try {
      Class.forName(MAIN, false, PerfTestSubject.class.getClassLoader());
      return Optional.empty();
    } catch (ClassNotFoundException e) {
      return Optional.of(
          new MissingPeer(
              name(),
              "com.rabbitmq:perf-test is not on the class path",
              "mvn -Pbench -pl bench -am package -DskipTests"));
    }
  }

  @Override
  public String version() {
    try {
      return String.valueOf(
          Class.forName(MAIN, false, PerfTestSubject.class.getClassLoader())
              .getPackage()
              .getImplementationVersion());
    } catch (ClassNotFoundException e) {
      return "not there";
    }
  }

  @Override
  public LoadPublisher.Source tasks(Work work, int bytes) {
    return MeasuredTasks.of(work, bytes);
  }

  /** Starts PerfTest as a consumer of what the common publisher publishes. */
  @Override
  public Running start(MeasuredBroker broker, Setting setting) {
    return new ChildRunning(run(broker, setting, List.of("--producers", "0", "--consumers", "1")));
  }

  /**
   * Runs PerfTest with its own publisher for {@code seconds} seconds.
   *
   * @return the number of messages received in each second, without the first quarter, in which the
   *     program warms up
   */
  public List<Double> receivingRates(MeasuredBroker broker, Setting setting, int bytes, int seconds)
      throws IOException, InterruptedException {
    try (var child =
        run(
            broker,
            setting,
            List.of(
                "--producers",
                "1",
                "--consumers",
                "1",
                "--exchange",
                broker.namespace().tasksExchange(),
                "--type",
                "direct",
                "--routing-key",
                setting.queue(),
                "--size",
                Integer.toString(bytes),
                "--flag",
                "persistent",
                "--confirm",
                Integer.toString(LoadPublisher.WINDOW),
                "--time",
                Integer.toString(seconds)))) {
      child.awaitSuccess(seconds + 60L);
      var rates = new ArrayList<Double>();
      var matcher = RECEIVED.matcher(child.text());
      while (matcher.find()) {
        rates.add(Double.parseDouble(matcher.group(1)));
      }
      if (rates.size() < 4) {
        throw new IOException("PerfTest printed no rates: " + child.text());
      }
      return rates.subList(rates.size() / 4, rates.size() - 1);
    }
  }

  private ChildProcess run(MeasuredBroker broker, Setting setting, List<String> more) {
    var command =
        new ArrayList<>(
            programs.javaAsController(
                MAIN,
                "--predeclared",
                "--queue",
                broker.namespace().taskQueue(setting.queue()),
                "--qos",
                Integer.toString(setting.prefetch())));
    command.addAll(more);
    return ChildProcess.start(
        "perf-test", programs.folder(), Map.of("URI", broker.uri().toString()), command);
  }
}
