package dev.warrener.ops.publish;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.task.Task;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.producer.ClientOptions;
import dev.warrener.producer.WarrenerClient;
import dev.warrener.producer.publish.PublishReport;
import dev.warrener.producer.publish.PublishRun;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code warrener publish}. */
@Command(
    name = "publish",
    description = {
      "Publish a task, or many of them, and wait until the broker has confirmed each.",
      "",
      "BODY is the handler's input, JSON unless --content-type says otherwise; - reads it from"
          + " stdin. With --jsonl each line of the input is a task: an object with any of the fields"
          + " id, queue, handler, batch, body, bodyBase64, contentType, maxAttempts, timeoutMillis,"
          + " delayMillis, priority, expirationMillis, headers; QUEUE, HANDLER and options are what"
          + " holds for lines that don't say."
    })
public final class PublishCommand extends FleetCommand {
  @Mixin private PublishOptions options = new PublishOptions();

  public PublishCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    options.requireSense();
    var screen = invocation().screen();
    var access = invocation().access("publish");
    var connection = new ConnectionDisplay(screen);
    var clientOptions =
        ClientOptions.builder()
            .namespace(access.namespace())
            .program(access.program())
            .resultTimeout(options.timeout())
            .listener(connection)
            .build();
    var startedAt = invocation().clock().instant();
    // An invalid task is reported before the command connects to the broker.
    Task task = options.isJsonLines() ? null : options.task(startedAt);
    PublishReport report;
    try (var client = WarrenerClient.connect(access.address(), clientOptions);
        var _ = connection;
        var display = new PublishDisplay(screen, options.waits(), invocation())) {
      var run =
          new PublishRun(
              client, clientOptions, display, options.waits() ? options.timeout() : null);
      report = task == null ? publishLines(run) : run.tasks(copies(task, options.count()));
    }
    return PublishSummary.show(
        screen, report, Duration.between(startedAt, invocation().clock().instant()));
  }

  private static Iterator<Task> copies(Task task, int number) {
    return Stream.concat(
            Stream.of(task),
            IntStream.range(1, number).mapToObj(i -> task.toBuilder().id(Uuid7.next()).build()))
        .iterator();
  }

  private PublishReport publishLines(PublishRun run) throws InterruptedException {
    try (var lines = options.openLines()) {
      return run.lines(lines, options.defaults(), options.badLines());
    } catch (IOException e) {
      throw options.unreadable(e);
    }
  }
}
