package dev.warrener.ops.command;

import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.ops.invocation.Arguments;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.view.StatusCommand.QueueJson;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener queue create}. */
@Command(
    name = "create",
    description = {
      "Make a queue of tasks, its dead letters and its retry queues. What is there already with"
          + " the same properties is left as it is.",
      "",
      "A controller that serves a queue makes it by itself; this is for publishing before one is"
          + " there, or for other properties. A queue keeps what it was made with."
    })
public final class QueueCreateCommand extends FleetCommand {
  @Parameters(paramLabel = "QUEUE", description = "The queue's name.")
  private String queue = "";

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "The most waiting tasks before publishers are refused (default: no limit).")
  private @Nullable Long maxLength;

  @Option(
      names = "--max-priority",
      paramLabel = "N",
      description =
          "The highest priority, 1 to 31. Only the embedded broker needs it; RabbitMQ ignores it.")
  private @Nullable Integer maxPriority;

  @Option(
      names = "--consumer-timeout",
      paramLabel = "TIME",
      defaultValue = "30d",
      converter = DurationConverter.class,
      description = "The longest that a controller may hold a task (default: 30d).")
  private Duration consumerTimeout = QueueSettings.DEFAULT.consumerTimeout();

  public QueueCreateCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() {
    Arguments.requireQueue(queue);
    QueueSettings settings;
    try {
      settings = new QueueSettings(maxLength, maxPriority, consumerTimeout);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
    var screen = invocation().screen();
    try (var session = BrokerSession.open(invocation().access("queue create"))) {
      session.topology().declareQueue(queue, settings);
      switch (screen.format()) {
        case TABLE, NAME -> screen.resultName(queue);
        case JSON, JSONL ->
            screen.resultJson(new QueueJson(queue, null, 0, null, null, 0, 0, 0, false));
      }
      screen.say("Queue " + queue + " is there, with its dead letters and retry queues.");
      return ExitStatus.DONE;
    }
  }
}
