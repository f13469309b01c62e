package dev.warrener.bench.subject;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.bench.figures.MissingPeer;
import dev.warrener.bench.handler.Work;
import dev.warrener.bench.rig.ChildProcess;
import dev.warrener.bench.rig.LoadPublisher;
import dev.warrener.bench.rig.MeasuredBroker;
import dev.warrener.bench.rig.MeasuredTasks;
import dev.warrener.messaging.task.Body;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Celery with a pool of processes, late acknowledgements and no results, on the same quorum queue
 * as all other programs. The common publisher publishes its tasks, in Celery's format.
 */
public final class CelerySubject implements Subject {
  private static final String MODULE = "celery_tasks";

  private final MeasuredPrograms programs;
  private final Optional<String> python;

  /** Looks for a Python that has Celery. */
  public CelerySubject(MeasuredPrograms programs) {
    this.programs = programs;
    python =
        MeasuredPrograms.find("/usr/bin/python3", "python3")
            .filter(found -> !version(found).isEmpty())
            .or(() -> MeasuredPrograms.find("python3").filter(found -> !version(found).isEmpty()));
  }

  private static String version(String python) {
    return MeasuredPrograms.output(
        List.of(python, "-c", "import celery; print(celery.__version__)"));
  }

  @Override
  public String name() {
    return "Celery";
  }

  @Override
  public Optional<MissingPeer> missing() {
    return python.isPresent()
        ? Optional.empty()
        : Optional.of(
            new MissingPeer(
                name(), "no python3 has the module celery", "apt-get install python3-celery"));
  }

  @Override
  public String version() {
    return python.map(CelerySubject::version).orElse("not there");
  }

  @Override
  public LoadPublisher.Source tasks(Work work, int bytes) {
    var name = MODULE + (work == Work.NO_OP ? ".no_op" : ".pause");
    var argument = new String(MeasuredTasks.json(bytes).bytes(), StandardCharsets.UTF_8);
    var options = "{\"callbacks\":null,\"errbacks\":null,\"chain\":null,\"chord\":null}";
    var body =
        Body.of(("[[" + argument + "],{}," + options + "]").getBytes(StandardCharsets.UTF_8));
    return _ -> {
      var id = UUID.randomUUID().toString();
      return new LoadPublisher.Parcel(
          new BasicProperties.Builder()
              .correlationId(id)
              .contentType("application/json")
              .contentEncoding("utf-8")
              .deliveryMode(2)
              .headers(Map.of("lang", "py", "task", name, "id", id, "root_id", id))
              .build(),
          body);
    };
  }

  @Override
  public Running start(MeasuredBroker broker, Setting setting) {
    programs.resource(MODULE + ".py");
    var child =
        ChildProcess.start(
            "celery",
            programs.folder(),
            Map.of(
                "BENCH_BROKER",
                broker.uri().toString(),
                "BENCH_QUEUE",
                broker.namespace().taskQueue(setting.queue())),
            List.of(
                python.orElseThrow(),
                "-m",
                "celery",
                "-A",
                MODULE,
                "worker",
                "--pool=prefork",
                "--concurrency=" + setting.workers(),
                "--prefetch-multiplier=" + Math.max(1, setting.prefetch() / setting.workers()),
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
                "--loglevel=INFO"));
    while (!child.text().contains(" ready.")) {
      child.requireAlive();
      LockSupport.parkNanos(20_000_000);
    }
    return new ChildRunning(child);
  }
}
