package dev.warrener.ops.command;

import dev.warrener.messaging.Names;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.screen.LiveArea;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Terminal;
import dev.warrener.ops.screen.Text;
import dev.warrener.producer.ClientListener;
import dev.warrener.producer.ClientOptions;
import dev.warrener.producer.Published;
import dev.warrener.producer.WarrenerClient;
import dev.warrener.producer.publish.BadLine;
import dev.warrener.producer.publish.BadLines;
import dev.warrener.producer.publish.PublishListener;
import dev.warrener.producer.publish.PublishReport;
import dev.warrener.producer.publish.PublishRun;
import dev.warrener.producer.publish.TaskDefaults;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener publish}. */
@Command(
    name = "publish",
    description = {
      "Publish a task, or many of them, and wait until the broker has confirmed each.",
      "",
      "BODY is the handler's input, JSON unless --content-type says otherwise; - reads it from"
          + " stdin. With --jsonl each line of the input is a task: an object with any of the"
          + " fields id, queue, handler, batch, body, bodyBase64, contentType, maxAttempts,"
          + " timeoutMillis, delayMillis, priority, expirationMillis, headers; QUEUE, HANDLER and"
          + " options are what holds for lines that don't say."
    })
final class PublishCommand extends FleetCommand {
  private static final int FAILURES_NAMED = 10;

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
          "With --jsonl: publish the good lines and name the bad ones; else nothing is published if"
              + " one is bad.")
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
      description = "Publish N tasks that differ in nothing but their id.")
  private @Nullable Integer count;

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      order = 8,
      converter = DurationConverter.class,
      description = "Don't start it earlier.")
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
      description = "If it has not started by then it goes to the dead letters as expired.")
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
      description = "The hard limit on one run: then its worker is killed (default: the queue's).")
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

  PublishCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  ExitStatus run() throws InterruptedException {
    requireSense();
    var screen = invocation().screen();
    var access = invocation().access("publish");
    var connection = new Connection(screen);
    var options =
        ClientOptions.builder()
            .namespace(access.namespace())
            .program(access.program())
            .resultTimeout(timeout)
            .listener(connection)
            .build();
    // What is wrong with the task itself is said before anything is asked of the broker.
    Task task = jsonLines ? null : task();
    var startedAt = invocation().clock().instant();
    var account = new Account(screen, waits, invocation());
    PublishReport report;
    try (var client = WarrenerClient.connect(access.address(), options);
        var _ = connection;
        var display = account) {
      var run = new PublishRun(client, options, display, waits ? timeout : null);
      report =
          task == null ? publishLines(run) : run.tasks(copies(task, count == null ? 1 : count));
    }
    conclude(screen, report, Duration.between(startedAt, invocation().clock().instant()));
    return status(report);
  }

  private void requireSense() {
    if (!jsonLines && (queue == null || handler == null)) {
      throw usage("publish needs a QUEUE and a HANDLER, or --jsonl");
    }
    if (body != null && data != null) {
      throw usage("BODY and --data both are the input: give one of them");
    }
    if (jsonLines && body != null) {
      throw usage("with --jsonl the input comes from stdin, or from --data @FILE");
    }
    if (jsonLines && (id != null || count != null || contentType != null)) {
      throw usage(
          "--id, --count and --content-type don't go with --jsonl: lines say that themselves");
    }
    if (skipBad && !jsonLines) {
      throw usage("--skip-bad goes with --jsonl");
    }
    if (count != null && count < 1) {
      throw usage("--count must be 1 or more, not " + count);
    }
    if (count != null && count > 1 && id != null) {
      throw usage("--id goes with one task: the same id again is the same task");
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
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private Task task() {
    var bytes = input();
    if (contentType == null && bytes.length > 0) {
      try {
        ContractJson.tree(bytes);
      } catch (MalformedMessageException e) {
        throw usage(
            "the input is no JSON ("
                + e.getMessage()
                + "): quote it as JSON, or say what it is with --content-type");
      }
    }
    try {
      var builder =
          defaults()
              .task(String.valueOf(queue), String.valueOf(handler), invocation().clock().instant());
      if (id != null) {
        builder.id(id);
      }
      if (bytes.length > 0 || contentType != null) {
        builder.body(Body.of(bytes), contentType == null ? Task.JSON : contentType);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private TaskDefaults defaults() {
    return new TaskDefaults(queue, handler, batch, maxAttempts, timeLimit, delay, priority, ttl);
  }

  private static Iterator<Task> copies(Task task, int number) {
    return Stream.concat(
            Stream.of(task),
            IntStream.range(1, number).mapToObj(i -> task.toBuilder().id(Uuid7.next()).build()))
        .iterator();
  }

  /** The input of one task; no bytes if none was given. */
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

  private PublishReport publishLines(PublishRun run) throws InterruptedException {
    try (var lines = openLines()) {
      return run.lines(lines, defaults(), skipBad ? BadLines.SKIP : BadLines.STOP);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private InputStream openLines() throws IOException {
    if (data == null || data.equals("-")) {
      return System.in;
    }
    if (!data.startsWith("@")) {
      throw usage("with --jsonl --data names a file: --data @FILE");
    }
    return Files.newInputStream(Path.of(data.substring(1)));
  }

  private CommandFailure unreadable(IOException e) {
    String what = data != null && data.startsWith("@") ? "the file " + data.substring(1) : "stdin";
    return new CommandFailure(
        ExitStatus.USAGE,
        what
            + (e instanceof NoSuchFileException
                ? " does not exist"
                : " can't be read: " + e.getMessage()),
        e);
  }

  private void conclude(Screen screen, PublishReport report, Duration took) {
    report.firstBad().forEach(line -> screen.insist(Tone.BAD, line.toString()));
    if (report.bad() > report.firstBad().size()) {
      screen.insist(
          Tone.BAD, "… and " + Text.grouped(report.bad() - report.firstBad().size()) + " more");
    }
    String stopped = report.stopped();
    if (stopped != null) {
      screen.insist(Tone.BAD, stopped);
    }
    switch (screen.format()) {
      case JSON -> screen.resultJson(ReportJson.of(report, status(report), took));
      case JSONL, NAME -> {}
      case TABLE -> {
        if (report.published() != 1 || report.unknown() > 0 || report.refused() > 0) {
          screen.result(summary(report, took));
        }
      }
    }
  }

  private static String summary(PublishReport report, Duration took) {
    var words = new StringBuilder(Text.count(report.published(), "task")).append(" published");
    if (took.toMillis() > 0 && report.published() > 1) {
      words
          .append(" in ")
          .append(Text.brief(took))
          .append(" (")
          .append(Text.grouped(report.published() * 1000 / Math.max(1, took.toMillis())))
          .append("/s)");
    }
    append(words, report.succeeded(), "succeeded");
    append(words, report.otherwise(), "ended otherwise");
    append(words, report.unroutable(), "for a queue that does not exist");
    append(words, report.refused(), "not published");
    append(words, report.unknown(), "of which nobody knows");
    append(words, report.bad(), "bad");
    return words.toString();
  }

  private static void append(StringBuilder words, long number, String what) {
    if (number > 0) {
      words.append(", ").append(Text.grouped(number)).append(' ').append(what);
    }
  }

  private static ExitStatus status(PublishReport report) {
    int code = report.exitStatus();
    return Stream.of(ExitStatus.values())
        .filter(status -> status.code() == code)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no exit status " + code));
  }

  private static CommandFailure usage(String sentence) {
    return new CommandFailure(ExitStatus.USAGE, sentence);
  }

  /** What became of it, as JSON. */
  record ReportJson(
      int version,
      String type,
      long published,
      long succeeded,
      long otherwise,
      long unroutable,
      long refused,
      long unknown,
      long bad,
      List<String> badLines,
      long tookMicros,
      int exitStatus) {

    static ReportJson of(PublishReport report, ExitStatus status, Duration took) {
      return new ReportJson(
          1,
          "publish.finished",
          report.published(),
          report.succeeded(),
          report.otherwise(),
          report.unroutable(),
          report.refused(),
          report.unknown(),
          report.bad(),
          report.firstBad().stream().map(BadLine::toString).toList(),
          took.toNanos() / 1000,
          status.code());
    }
  }

  /** Says what happens to the connection, until it is closed. */
  private static final class Connection implements ClientListener, AutoCloseable {
    private final Screen screen;
    private volatile boolean closed;

    Connection(Screen screen) {
      this.screen = screen;
    }

    @Override
    public void disconnected(String reason) {
      if (!closed) {
        screen.say(Tone.WARN, "The connection is lost (" + reason + "); trying again.");
      }
    }

    @Override
    public void blocked(String reason) {
      screen.insist(Tone.WARN, "The broker takes no publishes (" + reason + "); waiting.");
    }

    @Override
    public void unblocked() {
      screen.insist(Tone.NORMAL, "The broker takes publishes again.");
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Shows each task as it is confirmed, or as its result comes. Called by one thread at a time. */
  private static final class Account implements PublishListener, AutoCloseable {
    private final Screen screen;
    private final boolean waits;
    private final Invocation invocation;
    private final @Nullable LiveArea area;
    private final Instant startedAt;
    private @Nullable String first;
    private long confirmed;
    private long failed;

    Account(Screen screen, boolean waits, Invocation invocation) {
      this.screen = screen;
      this.waits = waits;
      this.invocation = invocation;
      this.startedAt = invocation.clock().instant();
      boolean isQuietFormat =
          screen.format() == OutputFormat.TABLE || screen.format() == OutputFormat.JSON;
      this.area =
          screen.canRedraw() && isQuietFormat ? new LiveArea(screen, Terminal.size()) : null;
    }

    @Override
    public void published(Published published) {
      confirmed++;
      switch (screen.format()) {
        case NAME -> screen.result(published.task());
        case JSONL ->
            screen.resultJsonLine(
                Map.of(
                    "version",
                    1,
                    "type",
                    "task.published",
                    "task",
                    published.task(),
                    "queue",
                    published.queue(),
                    "tookMicros",
                    published.took().toNanos() / 1000));
        case TABLE -> {
          if (confirmed == 1) {
            // A single task's id is what a person wants next; of many only the number.
            first = published.task();
          }
          progress();
        }
        case JSON -> progress();
      }
    }

    private void progress() {
      var now = invocation.clock().instant();
      if (area != null && now.isAfter(startedAt.plusSeconds(1))) {
        area.drawPaced(
            List.of(Text.count(confirmed, "task") + (waits ? " ended" : " confirmed")), now);
      }
    }

    @Override
    public void failed(Task task, RuntimeException because) {
      failed++;
      if (failed <= FAILURES_NAMED) {
        screen.insist(Tone.BAD, String.valueOf(because.getMessage()));
      }
    }

    @Override
    public void result(ResultMessage result) {
      confirmed++;
      switch (screen.format()) {
        case NAME -> screen.result(result.task());
        case JSONL -> screen.resultJsonLine(result);
        case JSON -> progress();
        case TABLE -> show(result);
      }
    }

    private void show(ResultMessage result) {
      var value = result.value();
      var error = result.error();
      if (result.outcome() == Outcome.SUCCEEDED) {
        screen.result(
            result.task()
                + " succeeded"
                + (value == null || value.isNull() ? "" : ": " + ContractJson.text(value)));
      } else {
        screen.result(
            screen.outStyle().paint(Tone.BAD, result.task() + " " + result.outcome().wire())
                + (error == null ? "" : ": " + Text.oneLine(error.message()))
                + (result.order() == null ? "" : " (order " + result.order() + ")"));
      }
    }

    @Override
    public void close() {
      if (area != null) {
        area.clear();
      }
      if (confirmed == 1 && first != null) {
        screen.result(first);
      }
      if (failed > FAILURES_NAMED) {
        screen.insist(Tone.BAD, "… and " + Text.grouped(failed - FAILURES_NAMED) + " more");
      }
    }
  }
}
