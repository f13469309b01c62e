package dev.warrener.ops.demo;

import dev.warrener.embedded.EmbeddedBroker;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Then;
import dev.warrener.ops.invocation.Arguments;
import dev.warrener.ops.invocation.BrokerResolution;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.WireNameConverters;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code warrener demo}. */
@Command(
    name = "demo",
    description = {
      "The whole story on this machine, with nothing to prepare: a broker, a controller, worker"
          + " processes, tasks, a kill, the proof, and what became of the tasks.",
      "",
      "Uses the embedded broker, unless --broker names a RabbitMQ; there it makes a fleet of its own"
          + " beside others, and removes it in the end."
    })
public final class DemoCommand extends FleetCommand {
  @Option(
      names = "--batches",
      order = 1,
      description =
          "The second story: two batches, of which one is killed, and the other finishes.")
  private boolean batches;

  @Option(
      names = "--in-flight",
      paramLabel = "FATE",
      order = 2,
      converter = WireNameConverters.OfInFlight.class,
      description =
          "What becomes of the running tasks: requeue, purge or dead-letter (default: requeue; with"
              + " --batches dead-letter).")
  private @Nullable InFlight inFlight;

  @Option(
      names = "--then",
      paramLabel = "WHAT",
      order = 3,
      converter = WireNameConverters.OfThen.class,
      description =
          "What comes after the kill: hold, respawn or exit (default: hold; with --batches respawn).")
  private @Nullable Then then;

  @Option(
      names = "--workers",
      paramLabel = "N",
      order = 4,
      defaultValue = "4",
      description = "How many worker processes (default: 4).")
  private int workers = 4;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      order = 5,
      defaultValue = "4",
      description = "How many tasks (default: 4).")
  private int tasks = 4;

  public DemoCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    Arguments.requireBetween("--workers", workers, 1, 64);
    Arguments.requireBetween("--tasks", tasks, batches ? 2 : 1, 1000);
    var plot = new Plot(batches, inFlight, then, workers, tasks);
    var startedAt = invocation().clock().instant();
    DemoStory.title(plot, invocation().storyScreen());
    boolean isGiven =
        invocation().options().broker != null
            || !invocation().environment().getOrDefault(BrokerResolution.URI, "").isEmpty();
    if (isGiven) {
      var given = invocation().access("demo");
      // A fleet of its own: whatever else runs there must not be killed.
      var namespace = new Namespace("demo-" + Uuid7.next().substring(24));
      return tell(
          plot, BrokerAccess.of(given.address(), namespace, given.program()), false, startedAt);
    }
    try (var broker = EmbeddedBroker.start()) {
      var access =
          BrokerAccess.of(
              BrokerAddress.parse(broker.uri().toString()),
              invocation().namespace(),
              "warrener demo");
      return tell(plot, access, true, startedAt);
    }
  }

  private ExitStatus tell(Plot plot, BrokerAccess access, boolean isEmbedded, Instant startedAt)
      throws InterruptedException {
    try {
      return new DemoStory(plot, access, isEmbedded, startedAt, invocation()).tell();
    } catch (IOException e) {
      throw new CommandFailure(
          ExitStatus.FAILED, "the controller can't be started: " + e.getMessage(), e);
    }
  }
}
