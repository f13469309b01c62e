package dev.warrener.ops.dead;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.broker.admin.DeadLetter;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import dev.warrener.messaging.task.TaskHeaders;
import dev.warrener.messaging.text.Printable;
import dev.warrener.messaging.text.Suggestions;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.Arguments;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.ShortIds;
import dev.warrener.ops.screen.Facts;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Text;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code warrener dead show}. */
@Command(
    name = "show",
    description = {
      "One dead letter: why it is dead, its headers and its body. It stays where it is.",
      "",
      "While the command looks through the letters, no other program sees those it looks at."
    })
public final class DeadShowCommand extends FleetCommand {
  /** The characters of a body that are shown without {@code --full}. */
  private static final int CUT = 2000;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue that it comes from.")
  private String queue = "";

  @Parameters(
      index = "1",
      paramLabel = "ID",
      description = "The task's id, or the beginning of it.")
  private String id = "";

  @Option(names = "--full", description = "All of the body (default: its first 2,000 characters).")
  private boolean full;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Look at no more than the N oldest (default: at all).")
  private @Nullable Integer limit;

  public DeadShowCommand(Invocation invocation) {
    super(invocation);
  }

  /**
   * A dead letter with all that it carries, as JSON.
   *
   * @param stack the stack trace of the last run, or what its command printed last
   * @param headers all of them
   * @param body its beginning, if it is text
   * @param bodyBase64 its beginning, if it is not
   * @param bodyIsCut whether there is more of it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Shown(
      @JsonUnwrapped DeadLetterJson letter,
      @Nullable Integer maxAttempts,
      @Nullable Instant publishedAt,
      @Nullable String contentType,
      @Nullable String stack,
      Map<String, String> headers,
      @Nullable String body,
      @Nullable String bodyBase64,
      boolean bodyIsCut) {

    static Shown of(DeadLetter letter, boolean full) {
      var task = letter.content() instanceof Task readable ? readable : null;
      var headers = new TreeMap<String, String>();
      letter.message().headers().forEach((name, value) -> headers.put(name, value.toString()));
      var body = letter.message().body();
      int most = full ? Integer.MAX_VALUE : CUT;
      String text = text(body);
      String shown = null;
      String shownBase64 = null;
      boolean isCut;
      if (text != null) {
        shown = Text.beginning(text, most);
        isCut = shown.length() < text.length();
      } else {
        var bytes = Arrays.copyOf(body.bytes(), Math.min(most, body.length()));
        shownBase64 = Base64.getEncoder().encodeToString(bytes);
        isCut = bytes.length < body.length();
      }
      return new Shown(
          DeadLetterJson.of(letter),
          task == null ? null : task.maxAttempts(),
          task == null ? null : task.publishedAt(),
          task == null ? null : task.contentType(),
          letter.mark().stack(),
          headers,
          shown,
          shownBase64,
          isCut);
    }

    /** The body as text, or null if it is none. */
    private static @Nullable String text(Body body) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body.bytes())).toString();
      } catch (CharacterCodingException e) {
        return null;
      }
    }
  }

  @Override
  public ExitStatus run() {
    Arguments.requireQueue(queue);
    if (limit != null) {
      Arguments.requirePositive("--limit", limit);
    }
    var screen = invocation().screen();
    try (var session = BrokerSession.open(invocation().access("dead show"))) {
      var search = new Search(id);
      var looked =
          session
              .deadLetters()
              .look(queue, limit == null ? Integer.MAX_VALUE : limit, search::look);
      var found = search.found();
      if (found == null) {
        throw notThere(search, looked.unseen());
      }
      if (search.count() > 1) {
        screen.say(
            Phrases.count(search.count(), "dead letter")
                + " are of this task: the newest is shown.");
      }
      show(screen, Shown.of(found, full), invocation().clock().instant());
      return ExitStatus.DONE;
    }
  }

  /** The search for the newest letter of a task, by its id or the beginning of it. */
  private static final class Search {
    private static final int MOST_IDS = 1000;

    private final String given;
    private final Set<String> ids = new TreeSet<>();
    private final Set<String> begun = new TreeSet<>();
    private @Nullable DeadLetter exact;
    private @Nullable DeadLetter beginning;
    private int exactly;
    private int beginnings;

    Search(String given) {
      this.given = given;
    }

    void look(DeadLetter letter) {
      var id = DeadLetterJson.id(letter);
      if (ids.size() < MOST_IDS) {
        ids.add(id);
      }
      if (Printable.names(given, id)) {
        exact = letter;
        exactly++;
      } else if (id.startsWith(given)) {
        beginning = letter;
        beginnings++;
        if (begun.size() < MOST_IDS) {
          begun.add(id);
        }
      }
    }

    @Nullable DeadLetter found() {
      return exact != null ? exact : begun.size() == 1 ? beginning : null;
    }

    int count() {
      return exact != null ? exactly : beginnings;
    }
  }

  private CommandFailure notThere(Search search, long unseen) {
    return new CommandFailure(
        unseen > 0 ? ExitStatus.INCOMPLETE : ExitStatus.UNKNOWN_TARGET,
        (search.begun.size() > 1
                ? ShortIds.ambiguity(id, search.begun, "tasks with dead letters of queue " + queue)
                : "no dead letter " + id + " of queue " + queue)
            + (unseen == 0
                ? ""
                : "; "
                    + Phrases.count(unseen, "dead letter")
                    + " not looked at, because of --limit or because another program has received"
                    + " them")
            + (search.begun.isEmpty() ? Suggestions.didYouMean(id, search.ids) : "")
            + " (warrener dead list "
            + queue
            + " shows those that there are)");
  }

  private static void show(Screen screen, Shown shown, Instant now) {
    switch (screen.format()) {
      case TABLE -> {
        describe(shown, now).forEach(screen::result);
        // Both are indented, so that no line of them can pass for one of ours.
        if (shown.body() != null) {
          screen.result("");
          shown.body().lines().forEach(line -> screen.result("  " + line));
        }
        if (shown.stack() != null) {
          screen.result("");
          screen.result("What the last run reported:");
          shown.stack().lines().forEach(line -> screen.result("  " + line));
        }
        if (shown.bodyIsCut()) {
          screen.say("The body goes on: add --full for all of it.");
        }
      }
      case JSON, JSONL -> screen.resultJson(shown);
      case NAME -> screen.resultName(shown.letter().task());
    }
  }

  private static List<String> describe(Shown shown, Instant now) {
    var letter = shown.letter();
    var content = letter.content();
    var mark = letter.mark();
    var at = mark.at();
    var attempt = content.attempt();
    var publishedAt = shown.publishedAt();
    var facts =
        new Facts("task " + letter.task() + ", dead letter of queue " + letter.queue())
            .add("reason", mark.reason().wire())
            .add("detail", mark.detail())
            .add("thrown", mark.type())
            .add("order", mark.order())
            .add("since", at == null ? null : Text.stamp(at) + " (" + Phrases.ago(at, now) + ")")
            .add(
                "controller",
                mark.controller() == null ? "none: the broker" : mark.controller())
            .add("handler", content.handler())
            .add("batch", content.batch())
            .add(
                "attempt",
                attempt == null || shown.maxAttempts() == null
                    ? attempt
                    : attempt + " of " + shown.maxAttempts())
            .add("published", publishedAt == null ? null : Text.stamp(publishedAt));
    shown
        .headers()
        .forEach((name, value) -> {
          if (shown.stack() == null || !name.equals(TaskHeaders.DEAD_STACK)) {
            facts.add("header", name + ": " + value);
          }
        });
    return facts
        .add(
            "body",
            Phrases.count(letter.bytes(), "byte")
                + (shown.contentType() == null ? "" : ", " + shown.contentType())
                + (shown.body() == null ? ", no text: -o json shows it in Base64" : ""))
        .lines();
  }
}
