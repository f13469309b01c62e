package dev.warrener.bench.subject;

import dev.warrener.bench.handler.Work;
import dev.warrener.bench.place.Child;
import dev.warrener.bench.place.Load;
import dev.warrener.bench.place.Place;
import dev.warrener.bench.place.Tasks;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** {@link PlainConsumer} in a process of its own: threads instead of processes, nothing to kill. */
public final class Plain implements Subject {
  private final Programs programs;

  /** With those programs. */
  public Plain(Programs programs) {
    this.programs = programs;
  }

  @Override
  public String name() {
    return "plain consumer";
  }

  @Override
  public String version() {
    return "amqp-client " + com.rabbitmq.client.impl.ClientVersion.VERSION;
  }

  @Override
  public Load.Source tasks(Work work, int bytes) {
    return Tasks.of(work, bytes);
  }

  @Override
  public Running start(Place place, Setting setting) {
    var child =
        Child.start(
            "plain",
            programs.folder(),
            Map.of("BENCH_BROKER", place.uri().toString()),
            programs.javaAsController(
                PlainConsumer.class.getName(),
                place.namespace().taskQueue(setting.queue()),
                Integer.toString(setting.prefetch()),
                Integer.toString(setting.workers()),
                setting.work().name()));
    while (!child.text().contains("consuming")) {
      child.requireAlive();
      LockSupport.parkNanos(20_000_000);
    }
    return new ChildRunning(child);
  }
}
