package dev.warrener.bench.subject;

import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.ChildProcess;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredBroker;
import dev.warrener.bench.rig.MeasuredTasks;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** {@link PlainConsumer} in a process of its own. Its tasks run on threads, and can't be killed. */
public final class PlainSubject implements Subject {
  private final MeasuredPrograms programs;

  /** Uses {@link PlainConsumer} from the class path of this program. */
  public PlainSubject(MeasuredPrograms programs) {
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
  public LoadPublisher.Source tasks(Work work, int bytes) {
    return MeasuredTasks.of(work, bytes);
  }

  @Override
  public Running start(MeasuredBroker broker, Setting setting) {
    var child =
        ChildProcess.start(
            "plain",
            programs.folder(),
            Map.of("BENCH_BROKER", broker.uri().toString()),
            programs.javaAsController(
                PlainConsumer.class.getName(),
                broker.namespace().taskQueue(setting.queue()),
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
