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

/** RabbitMQ's own measuring program: what the broker and the client can do when nothing is done. */
public final class PerfTestSubject implements Subject {
  private static final String MAIN = "com.rabbitmq.perf.PerfTest";
  private static final Pattern RECEIVED = Pattern.compile("received: (\\d+) msg/s");

  private final MeasuredPrograms programs;

  /** With those programs. */
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

  /** As a consumer of what we publish. */
  @Override
  public Running start(MeasuredBroker place, Setting setting) {
    return new ChildRunning(run(place, setting, List.of("--producers", "0", "--consumers", "1")));
  }

  /**
   * With its own publisher, for so many seconds.
   *
   * @return the messages received in each second, without the first quarter, in which it warms up
   */
  public List<Double> receivingRates(MeasuredBroker place, Setting setting, int bytes, int seconds)
      throws IOException, InterruptedException {
    try (var child =
        run(
            place,
            setting,
            List.of(
                "--producers",
                "1",
                "--consumers",
                "1",
                "--exchange",
                place.namespace().tasksExchange(),
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
        throw new IOException("PerfTest said no rates: " + child.text());
      }
      return rates.subList(rates.size() / 4, rates.size() - 1);
    }
  }

  private ChildProcess run(MeasuredBroker place, Setting setting, List<String> more) {
    var command =
        new ArrayList<>(
            programs.javaAsController(
                MAIN,
                "--predeclared",
                "--queue",
                place.namespace().taskQueue(setting.queue()),
                "--qos",
                Integer.toString(setting.prefetch())));
    command.addAll(more);
    return ChildProcess.start(
        "perf-test", programs.folder(), Map.of("URI", place.uri().toString()), command);
  }
}
