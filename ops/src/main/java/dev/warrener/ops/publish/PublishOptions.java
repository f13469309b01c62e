package dev.warrener.ops.publish;

import dev.warrener.messaging.Names;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.producer.publish.BadLines;
import dev.warrener.producer.publish.TaskDefaults;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments and options of {@code warrener publish}. Written by picocli. */
final class PublishOptions {
  @Parameters(index = "0", arity = "0..1", paramLabel = "QUEUE", description = "The queue.")
  private @Nullable String queue;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "HANDLER",
      description = "The handler that runs it.")
  private @Nullable String handler;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "BODY",
      description = "The handler's input; - for stdin (default: null).")
  private @Nullable String body;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "@FILE",
      order = 1,
      description = "The input from a file; without the @ the text itself.")
  private @Nullable String data;

  @Option(names = "--jsonl", order = 2, description = "Each line of the input is a task.")
  private boolean jsonLines;

  @Option(
      names = "--skip-bad",
      order = 3,
      description =
          "With --jsonl: publish the good lines and name the bad ones. Without it, nothing is"
              + " published if one line is bad.")
  private boolean skipBad;

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      order = 4,
      description = "What the input is (default: application/json).")
  private @Nullable String contentType;

  @Option(names = "--batch", paramLabel = "NAME", order = 5, description = "Its batch.")
  private @Nullable String batch;

  @Option(
      names = "--id",
      paramLabel = "ID",
      order = 6,
      description = "Its id (default: a new UUIDv7). The same id again is the same task.")
  private @Nullable String id;

  @Option(
      names = "--count",
      paramLabel = "N",
      order = 7,
      description = "Publish N tasks that differ only in their id.")
  private @Nullable Integer count;

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      order = 8,
      converter = DurationConverter.class,
      description = "Don't start it before this time has passed.")
  private @Nullable Duration delay;

  @Option(
      names = "--priority",
      paramLabel = "N",
      order = 9,
      description = "0 to 31, where the queue has priorities.")
  private @Nullable Integer priority;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      order = 10,
      converter = DurationConverter.class,
      description =
          "A task that has not started after this time goes to the dead letters as expired.")
  private @Nullable Duration ttl;

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      order = 11,
      description = "How many runs it may have (default: the queue's).")
  private @Nullable Integer maxAttempts;

  @Option(
      names = "--time-limit",
      paramLabel = "TIME",
      order = 12,
      converter = DurationConverter.class,
      description =
          "The hard limit on one run; after it the worker is killed (default: the queue's).")
  private @Nullable Duration timeLimit;

  @Option(names = "--wait", order = 13, description = "Wait for the results, and show them.")
  private boolean waits;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      order = 14,
      defaultValue = "5m",
      converter = DurationConverter.class,
      description = "With --wait: how long for each result (default: 5m).")
  private Duration timeout = Duration.ofMinutes(5);

  boolean isJsonLines() {
    return jsonLines;
  }

  BadLines badLines() {
    return skipBad ? BadLines.SKIP : BadLines.STOP;
  }

  int count() {
    return count == null ? 1 : count;
  }

  boolean waits() {
    return waits;
  }

  Duration timeout() {
    return timeout;
  }

  /**
   * Checks that the options make sense together.
   *
   * @throws CommandFailure with wrong usage, if they don't
   */
  void requireSense() {
    if (!jsonLines && (queue == null || handler == null)) {
      throw CommandFailure.usage("publish needs a QUEUE and a HANDLER, or --jsonl");
    }
    if (timeout.isZero()) {
      throw CommandFailure.usage(
          "--timeout must be longer than 0: to wait for no result, leave --wait out");
    }
    if (body != null && data != null) {
      throw CommandFailure.usage("BODY and --data both are the input: give one of them");
    }
    if (jsonLines && body != null) {
      throw CommandFailure.usage("with --jsonl the input comes from stdin, or from --data @FILE");
    }
    if (jsonLines && (id != null || count != null || contentType != null)) {
      throw CommandFailure.usage(
          "--id, --count and --content-type don't go with --jsonl: lines say that themselves");
    }
    if (skipBad && !jsonLines) {
      throw CommandFailure.usage("--skip-bad goes with --jsonl");
    }
    if (count != null && count < 1) {
      throw CommandFailure.usage("--count must be 1 or more, not " + count);
    }
    if (count != null && count > 1 && id != null) {
      throw CommandFailure.usage("--id goes with one task: the same id again is the same task");
    }
    try {
      if (queue != null) {
        Names.requireQueue(queue);
      }
      if (handler != null) {
        Names.require("handler", handler);
      }
      if (batch != null) {
        Names.require("batch", batch);
      }
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
  }

  /**
   * Returns the task that the options describe.
   *
   * @param now when it is published
   */
  Task task(Instant now) {
    var bytes = input();
    if (contentType == null && bytes.length > 0) {
      try {
        ContractJson.tree(bytes);
      } catch (MalformedMessageException e) {
        throw CommandFailure.usage(
            "the input is no JSON: "
                + e.getMessage()
                + "; quote it as JSON, or say what it is with --content-type"
                + fileHint());
      }
    }
    try {
      var builder = defaults().task(String.valueOf(queue), String.valueOf(handler), now);
      if (id != null) {
        builder.id(id);
      }
      if (bytes.length > 0 || contentType != null) {
        builder.body(Body.of(bytes), contentType == null ? Task.JSON : contentType);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e);
    }
  }

  /** Returns how to read a file, if the input looks like the name of one. */
  private String fileHint() {
    String text = data != null ? data : String.valueOf(body);
    String name = text.startsWith("@") ? text.substring(1) : text;
    try {
      return !name.isBlank() && Files.isRegularFile(Path.of(name))
          ? "; to send the file " + name + ", write -d @" + name
          : "";
    } catch (InvalidPathException e) {
      return "";
    }
  }

  /** Returns the defaults for lines that leave a field out. */
  TaskDefaults defaults() {
    return TaskDefaults.builder()
        .queue(queue)
        .handler(handler)
        .batch(batch)
        .maxAttempts(maxAttempts)
        .timeout(timeLimit)
        .delay(delay)
        .priority(priority)
        .expiration(ttl)
        .build();
  }

  /** Returns the input of one task; no bytes if none was given. */
  private byte[] input() {
    try {
      if ("-".equals(body) || "-".equals(data)) {
        return System.in.readAllBytes();
      }
      if (data != null && data.startsWith("@")) {
        return Files.readAllBytes(Path.of(data.substring(1)));
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    String text = data != null ? data : body;
    return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }

  /** Opens the input that has a task in each line. */
  InputStream openLines() throws IOException {
    if (data == null || data.equals("-")) {
      return System.in;
    }
    if (!data.startsWith("@")) {
      throw CommandFailure.usage("with --jsonl --data names a file: --data @FILE");
    }
    return Files.newInputStream(Path.of(data.substring(1)));
  }

  /** Returns the failure of an input that can't be read. */
  CommandFailure unreadable(IOException e) {
    String what = data != null && data.startsWith("@") ? "the file " + data.substring(1) : "stdin";
    return new CommandFailure(
        ExitStatus.USAGE,
        what
            + (e instanceof NoSuchFileException
                ? " does not exist"
                : " can't be read: " + e.getMessage()),
        e);
  }
}
