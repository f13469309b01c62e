package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.ForgedController;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.text.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/**
 * Text that publishers, operators, tasks and other controllers choose, in every field, and every
 * command in every format, the controller's log and its audit log.
 */
@Tag("processes")
class HostileTextIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  /** Moves the cursor, sets a title, colours, turns the direction around, and forges lines. */
  private static final String HOSTILE =
      "x\u001b[2J\u001b]0;t\u0007\u009b31m\u001b[32mFORGED\u001b[0m\u0085\u2028\u2029\u061c\u200e"
          + "\u200f\u202a\u202e\u2066\u2069\u007f\u0000\r\nCONFIRMED  kill forged\n"
          + "2026-11-28T07:00:00.000Z INFO  forged\n\t'\"\\ $(id) -y --all";

  /** Ids as they pass through the broker: at most 255 bytes. */
  private static final List<String> IDS =
      List.of(
          HOSTILE.replace("\u0000", ""),
          "--all",
          "-y",
          "a -y",
          "'b' \"c\" \\d",
          ("\u202e" + "e".repeat(255)).substring(0, 250));

  /** Text that is long, or looks like an option, for every field. */
  private static final List<String> FIELDS =
      List.of("--all", "-y", ("\u202e" + "f".repeat(255)).substring(0, 253), IDS.getFirst());

  private static final List<String> FORMATS = List.of("table", "json", "jsonl", "name");

  private final List<String> complaints = new ArrayList<>();

  @Test
  void noTextReachesATerminalOrALogAsItsWriterWantsIt() throws IOException {
    var controller = fleet.controller("c1", "--queue", "mail=8");
    publishTasks();
    fleet.closing(new ForgedController(fleet.vhost(), "c2", HOSTILE));

    lookAtAll();
    String order = kill();
    look("status");
    look("controller", "show", "c1");
    look("dead", "list", "mail");
    lookAtKills(order);
    moveDeadLetters();
    lookAtFailures();
    lookAtOrders();
    lookAtResult();
    lookAtLines();
    lookAtOutput();

    lookAtLog("the controller's log", controller.text());
    assertThat(controller.text()).contains("x\\u001b[2J").contains("FORGED");
    lookAtAudit();
    assertThat(complaints).as("what reached a terminal or a log").isEmpty();
  }

  // What is published.

  private static AMQP.BasicProperties.Builder hostileTask(String id, String handler) {
    return new AMQP.BasicProperties.Builder()
        .messageId(id)
        .type(handler)
        .deliveryMode(2)
        .contentType("application/json")
        .correlationId(IDS.getFirst())
        .replyTo(IDS.getFirst())
        .contentEncoding(IDS.getFirst())
        .clusterId(IDS.getFirst())
        .appId(IDS.getFirst())
        .headers(Map.of("traceparent", HOSTILE, "note" + HOSTILE.substring(0, 100), HOSTILE));
  }

  private void publishTasks() {
    var wanted = "{\"seconds\":600,\"steps\":1}";
    for (var id : IDS) {
      fleet.observer().publish("tasks", "mail", hostileTask(id, "sleep").build(), wanted);
    }
    var text = ContractJson.text(HOSTILE);
    for (var id : IDS) {
      fleet
          .observer()
          .publish(
              "tasks",
              "mail",
              hostileTask("fail " + id.substring(0, Math.min(id.length(), 200)), "fail")
                  .headers(Map.of("x-max-attempts", 1, "traceparent", HOSTILE))
                  .build(),
              "{\"message\":" + text + "}");
      // Neither the handler, nor the batch, nor the number is valid.
      var bad = hostileTask("bad " + id.substring(0, Math.min(id.length(), 200)), "sleep");
      fleet.observer().publish("tasks", "mail", bad.type(IDS.getFirst()).build(), HOSTILE);
      for (var header : List.of("x-batch", "x-max-attempts", "x-timeout-ms", "x-not-before")) {
        fleet
            .observer()
            .publish("tasks", "mail", bad.headers(Map.of(header, HOSTILE)).build(), HOSTILE);
      }
    }
    int more = publishInEveryField();
    await("the good ones run, the others are dead")
        .atMost(LONG)
        .until(() ->
            json("ps", "--state", "busy").size() == IDS.size()
                && json("dead", "list", "mail").size() >= 2 * IDS.size() + more);
  }

  /** Publishes messages with one text in every field, and returns how many. */
  private int publishInEveryField() {
    int serial = 0;
    for (var text : FIELDS) {
      var task =
          hostileTask("field " + serial++, text)
              .contentType(text)
              .contentEncoding(text)
              .correlationId(text)
              .replyTo(text)
              .appId(text)
              .clusterId(text);
      var name = text.substring(0, Math.min(text.length(), 120));
      for (var headers :
          List.of(
              Map.<String, Object>of(name, text, "traceparent", text, "x-dead-reason", text),
              Map.<String, Object>of("x-batch", text, "x-dead-detail", text),
              Map.<String, Object>of("x-requeued-at", text, "x-dead-order", text),
              Map.<String, Object>of("x-expires-at", text, "x-dead-stack", text))) {
        fleet.observer().publish("tasks", "mail", task.headers(headers).build(), text);
      }
    }
    return serial;
  }

  // What is looked at.

  private void lookAtAll() {
    look("status");
    look("ps");
    look("top", "--times", "1");
    look("task", "list");
    look("batch", "list");
    look("queue", "list");
    look("queue", "show", "mail");
    look("controller", "list");
    look("controller", "show", "c1");
    look("controller", "show", "c2");
    look("doctor");
    look("dead", "list", "mail");
    look("dead", "requeue", "mail", "-n");
    var id = IDS.getFirst();
    look("task", "show", "--", id);
    look("dead", "show", "mail", "--", "fail " + id);
    look("dead", "show", "mail", "--", "bad " + id);
    look("kill", "--task=" + id, "-n", "-m", HOSTILE);
    for (int serial = 0; serial < FIELDS.size(); serial++) {
      lookOnce("dead", "show", "mail", "--", "field " + serial);
    }
    look("ps", "--local");
    look("status", "--local");
  }

  private String kill() {
    look("kill", "--all", "-m", HOSTILE, "-n");
    var killed = fleet.run("kill", "--all", "-m", HOSTILE, "-y", "--in-flight", "dead-letter");
    judge("kill", "table", killed);
    // The forged controller says that it has failed.
    assertThat(killed.out()).contains("FAILED  kill ");
    assertThat(killed.err()).contains("event=worker-dead").contains("task=x\\u001b");
    await("all are dead letters")
        .atMost(LONG)
        .until(() -> json("dead", "list", "mail", "--reason", "killed").size() == IDS.size());
    return killed.out().replaceFirst("(?s).*FAILED  kill ([0-9a-f-]+):.*", "$1");
  }

  private void lookAtKills(String order) {
    look("kills", "list");
    look("kills", "show", order);
    look("kills", "watch", order);
  }

  private void moveDeadLetters() {
    var first = IDS.getFirst();
    var named = fleet.run("dead", "list", "mail", "--reason", "killed", "-o", "name").out();
    var shown = named.lines().filter(line -> line.startsWith("x")).findFirst().orElseThrow();

    look("dead", "purge", "mail", "--task=" + first, "-n");
    var moved = fleet.run("dead", "requeue", "mail", "--task=" + shown, "-y").succeeded();

    assertThat(moved.out()).as("an id is found as it is shown").contains("1 dead letter requeued");
    judge("dead requeue", "table", moved);
    // The first of them finds something, the others nothing.
    look("dead", "purge", "mail", "--task=bad " + first, "-y");
    lookOnce("dead", "purge", "mail", "--task=field 0", "-y", "-m", HOSTILE);
  }

  private void lookAtFailures() {
    lookOnce("task", "show", "--", "nobody " + HOSTILE);
    lookOnce("dead", "show", "mail", "--", "nobody " + HOSTILE);
    lookOnce("queue", "show", HOSTILE);
    lookOnce("controller", "show", HOSTILE);
    lookOnce("batch", "show", HOSTILE);
    lookOnce("kills", "show", HOSTILE);
    lookOnce("audit", "verify", fleet.folder() + "/" + HOSTILE.replace("\u0000", ""));
    for (var scope : List.of("--queue", "--batch", "--controller", "--worker")) {
      lookOnce("kill", scope + "=" + HOSTILE, "-y", "--local", "--timeout", "1s");
    }
    for (var text : List.of(HOSTILE, "--all", FIELDS.get(2))) {
      for (var scope : List.of("--queue", "--batch", "--controller", "--worker")) {
        lookOnce("kill", scope + "=" + text, "-y", "--timeout", "1s");
      }
      lookOnce("queue", "create", "--", text);
      lookOnce("publish", "mail", "sleep", "-d", "1", "--batch=" + text);
    }
    lookOnce("--namespace=" + HOSTILE, "status");
    lookOnce("status", "--broker", "amqp://localhost/" + HOSTILE);
    lookOnce("status", "--" + HOSTILE);
    lookOnce("status", HOSTILE);
    lookOnce(HOSTILE);
    lookOnce("publish", "mail", HOSTILE, "1");
    lookOnce("publish", "mail", "echo", "-d", "@" + HOSTILE.replace("\u0000", ""));
    lookOnce("controller", "--queue", HOSTILE);
    lookOnce("controller", "--queue", "mail", "--set", HOSTILE + "=" + HOSTILE);
  }

  private void lookAtOrders() {
    for (var verb : List.of("hold", "drain", "resume")) {
      look(verb, "--queue", "mail", "-m", HOSTILE);
    }
    for (var verb : List.of("hold", "drain", "resume")) {
      lookOnce(verb, "--local", "--queue", "mail", "-m", HOSTILE);
      lookOnce(verb, "--local", "--queue=" + HOSTILE, "-m", HOSTILE);
    }
    look("resume", "--all", "-m", HOSTILE);
    look("kill", "--task=" + HOSTILE, "-y", "-m", HOSTILE, "--timeout", "3s");
    look("kill", "--all", "--local", "-y", "-m", HOSTILE, "--then", "respawn");
    look("queue", "purge", "mail", "-y", "-m", HOSTILE);
  }

  private void lookAtResult() {
    var text = ContractJson.text(HOSTILE);
    look("publish", "mail", "echo", text, "--wait");
    // The same id again would be the same task.
    for (var format : FORMATS) {
      var id = "--id=" + format + IDS.getFirst();
      judge("--id", format, fleet.run("publish", "mail", "echo", text, "--wait", id, "-o", format));
    }
    look("publish", "mail", "fail", "{\"message\":" + text + "}", "--max-attempts", "1", "--wait");
  }

  private void lookAtLog(String where, String log) {
    if (log.codePoints().anyMatch(c -> c != '\n' && c != '\t' && isHostile(c))) {
      complaints.add(where + ": " + firstHostile(log, '\t'));
    }
    log.lines()
        .filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.+Z-]+ [A-Z]+ .*|\t.*"))
        .forEach(line -> complaints.add(where + " has the line " + line));
    log.lines()
        .filter(line -> line.startsWith("2026-11-28T07:00:00"))
        .forEach(line -> complaints.add(where + " has the forged line " + line));
  }

  private void lookAtAudit() throws IOException {
    var file = fleet.folder().resolve("state").resolve(fleet.vhost().namespace()).resolve("c1");
    var audit = Files.readString(file.resolve("audit.jsonl"));
    if (audit.codePoints().anyMatch(c -> c != '\n' && isHostile(c))) {
      complaints.add("the audit log: " + firstHostile(audit, '\n'));
    }
    audit.lines().forEach(line -> read("the audit log", line));
    assertThat(audit).containsIgnoringCase("x\\u001b[2J");
    look("audit", "verify", file.resolve("audit.jsonl").toString());
    lookOnce("audit", "verify", file.resolve("audit.jsonl").toString(), "--mark", HOSTILE);
    lookOnce("audit", "verify", file.resolve("audit.jsonl").toString(), "--mark=7:" + HOSTILE);
  }

  /** Publishes the lines of a file, of which each has hostile text in one place or in all. */
  private void lookAtLines() throws IOException {
    var text = ContractJson.text(HOSTILE);
    var lines = new ArrayList<String>();
    for (var field : List.of("queue", "handler", "id", "batch", "body", "contentType")) {
      var whole = JsonMapper.shared().createObjectNode().put("queue", "mail").put("handler", "echo");
      lines.add(ContractJson.text(whole.put("body", "1").put(field, HOSTILE)));
    }
    lines.add("{" + text + ":" + text + "}");
    lines.add(HOSTILE.replace("\n", "").replace("\r", ""));
    var file = fleet.folder().resolve("tasks.jsonl");
    for (var line : lines) {
      Files.writeString(file, line + "\n");
      lookOnce("publish", "--jsonl", "-d", "@" + file);
    }
    Files.write(file, lines);
    look("publish", "--jsonl", "--skip-bad", "-d", "@" + file);
  }

  /** Has a task print hostile text itself, to its log and as its result, and fail. */
  private void lookAtOutput() throws IOException {
    var file = Files.writeString(fleet.folder().resolve("hostile.txt"), HOSTILE + "\n");
    var printing =
        fleet.controller(
            "c3", "--queue", "shell=1", "--exec", "sh", "-c", "cat " + file + " >&2; exit 7");
    var task = hostileTask("prints", "sh").headers(Map.of("x-max-attempts", 1)).build();
    fleet.observer().publish("tasks", "shell", task, "1");
    await("it has failed").atMost(LONG).until(() -> json("dead", "list", "shell").size() == 1);

    look("dead", "show", "shell", "--", "prints");
    look("dead", "list", "shell");
    assertThat(printing.text()).contains("x\\u001b[2J");
    lookAtLog("the log of what a task prints", printing.text());
  }

  /** Runs a command that fails, in two formats: most failures are written alike in all. */
  private void lookOnce(String... arguments) {
    judge(String.join(" ", arguments), "table", fleet.run(arguments));
    var words = new ArrayList<>(List.of("-o", "json"));
    words.addAll(Arrays.asList(arguments));
    judge(String.join(" ", arguments), "json", fleet.run(words.toArray(String[]::new)));
  }

  /** Runs a command in every format, without and with colours, and judges what it wrote. */
  private void look(String... arguments) {
    for (var format : FORMATS) {
      var words = new ArrayList<>(List.of("-o", format));
      words.addAll(Arrays.asList(arguments));
      judge(String.join(" ", arguments), format, fleet.run(words.toArray(String[]::new)));
    }
    var coloured = fleet.runColoured(arguments);
    judge(
        String.join(" ", arguments) + " (in colour)",
        "table",
        new CommandResult(
            coloured.status(),
            withoutOwnColours(coloured.out()),
            withoutOwnColours(coloured.err())));
  }

  /** Our colours, but not where the hostile text has them. */
  private static String withoutOwnColours(String text) {
    return text.replaceAll("\u001b\\[(1|2|31|32|33|0)m(?!FORGED)", "");
  }

  private void judge(String what, String format, CommandResult result) {
    for (var output : List.of(result.out(), result.err())) {
      if (output.codePoints().anyMatch(c -> c != '\n' && c != '\t' && isHostile(c))) {
        complaints.add(what + " -o " + format + ": " + firstHostile(output, '\t'));
      }
      output
          .lines()
          .filter(line ->
              line.startsWith("CONFIRMED  kill forged") || line.startsWith("2026-11-28T07:00:00"))
          .forEach(line ->
              complaints.add(Printable.line(what) + " -o " + format + " has the line " + line));
    }
    if (result.status() == 1) {
      complaints.add(what + " -o " + format + " found a bug: " + result.err());
    }
    switch (format) {
      case "json" -> read(what, result.out());
      case "jsonl" -> result.out().lines().forEach(line -> read(what, line));
      case "name" ->
          result
              .out()
              .lines()
              .filter(line -> !line.matches("[^-\\s'\"][^\\s'\"$`]*") && !isSentence(what, line))
              .forEach(
                  line -> complaints.add(Printable.line(what) + " -o name has the line " + line));
      default -> {}
    }
  }

  /** The doctor's checks have blanks, and a move says how many it moved. */
  private static boolean isSentence(String what, String line) {
    return (what.equals("doctor") && line.matches("[a-z]+ ?[a-z0-9]*"))
        || line.matches("[0-9]+ [a-z ]+|(HOLDS|mark|line) .*");
  }

  private void read(String what, String json) {
    if (json.isBlank()) {
      return;
    }
    try {
      JsonMapper.shared().readTree(json);
    } catch (RuntimeException e) {
      complaints.add(what + " wrote no JSON: " + e.getMessage());
    }
  }

  private static boolean isHostile(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  private static String firstHostile(String text, char kept) {
    var shown = new StringBuilder();
    int at = 0;
    while (at < text.length()
        && (text.charAt(at) == kept || text.charAt(at) == '\n' || !isHostile(text.charAt(at)))) {
      at++;
    }
    text.substring(Math.max(0, at - 60), Math.min(text.length(), at + 20))
        .chars()
        .forEach(c -> shown.append(isHostile(c) ? "<%04x>".formatted(c) : Character.toString(c)));
    return shown.toString();
  }

  private ArrayNode json(String... arguments) {
    var words = new ArrayList<>(List.of("-o", "json"));
    words.addAll(Arrays.asList(arguments));
    var out = fleet.run(words.toArray(String[]::new)).out();
    var tree = ContractJson.tree((out.isBlank() ? "[]" : out).getBytes(StandardCharsets.UTF_8));
    return tree instanceof ArrayNode array ? array : JsonMapper.shared().createArrayNode();
  }
}
