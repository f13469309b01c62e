package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.ops.command.CommandLineFleet.Ran;
import dev.warrener.testbroker.NeedsRabbitMq;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each command against a real broker, with one real controller of two workers. */
class CommandsIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static Vhost vhost;
  private static CommandLineFleet fleet;

  @TempDir private Path folder;

  @BeforeAll
  static void startFleet() {
    vhost = TestBroker.get().freshVhost();
    fleet = new CommandLineFleet(vhost.uri(), vhost.namespace());
    fleet.run("queue", "create", "mail").ends(0);
    fleet.startController("c1", 2, "--queue", "mail=2");
  }

  @AfterAll
  static void stopFleet() {
    fleet.close();
    vhost.close();
  }

  /** The next test meets an idle fleet and empty queues. */
  @AfterEach
  void tidyUp() {
    fleet.run("hold", "--all", "-q").ends(0);
    fleet.run("queue", "purge", "mail", "-y", "-q").ends(0);
    fleet.run("resume", "--all", "-q").ends(0);
    await("idle").atMost(LONG).until(() -> fleet.count("idle", "c1") == 2);
    fleet.run("dead", "purge", "mail", "-y", "-q").ends(0);
  }

  private static Ran publishSleep(String seconds) {
    return fleet
        .run("publish", "mail", "sleep", "{\"seconds\":" + seconds + ",\"steps\":1}")
        .ends(0);
  }

  private static void awaitBusy(int workers) {
    // A worker is busy from when it is handed a task, and the task runs when the worker has said
    // so.
    await("busy").atMost(LONG).until(() -> running() == workers);
  }

  private static int running() {
    return fleet
        .run("controller", "show", "c1", "-o", "json")
        .ends(0)
        .json()
        .findValues("running")
        .stream()
        .mapToInt(number -> number.intValue())
        .sum();
  }

  private static int number(String queue, String field) {
    for (var one : fleet.run("queue", "list", "-o", "json").ends(0).json()) {
      if (one.get("queue").stringValue().equals(queue)) {
        return one.get(field).intValue();
      }
    }
    throw new AssertionError("no queue " + queue);
  }

  @Test
  void statusIsOneScreen() {
    var ran = fleet.run("status").ends(0);

    assertThat(ran.out())
        .containsPattern("Broker +.* " + Pattern.quote(TestBroker.get().version()))
        .contains("Controllers  1 live; the broker counts 1 that runs workers")
        .containsPattern("c1 +\\S+ +running +2 +0 ")
        .containsPattern("mail +0 +0 +0 +0 +1 +2 +0");
    assertThat(ran.err()).isEmpty();
    assertThat(fleet.run("status", "-o", "name").ends(0).out()).isEqualTo("c1\n");
    var json = fleet.run("status", "-o", "json").ends(0).json();
    assertThat(json.at("/controllers/0/id").stringValue()).isEqualTo("c1");
    assertThat(json.at("/connected").intValue()).isEqualTo(1);
    assertThat(json.at("/queues/0/workers").intValue()).isEqualTo(2);
  }

  @Test
  void psShowsWhatEveryWorkerDoes() {
    String task = publishSleep("30").out().strip();
    awaitBusy(1);

    assertThat(fleet.run("ps").ends(0).out())
        .containsPattern("c1/[12] .* busy .* sleep .*" + task)
        .containsPattern("c1/[12] .* idle ");
    assertThat(fleet.run("ps", "--state", "busy", "-o", "name").ends(0).out()).matches("c1/[12]\n");
    assertThat(fleet.run("ps", "--queue", "other", "-o", "name").ends(0).out()).isEmpty();
    fleet.run("kill", "--task", task, "--in-flight", "purge", "-y", "-q").ends(0);
  }

  @Test
  void topIsThePageOfPsWithItsSums() {
    String task = publishSleep("30").out().strip();
    awaitBusy(1);

    var ran = fleet.run("top", "--every", "10ms", "--times", "2").ends(0);

    assertThat(ran.out())
        .containsPattern("(?s)(; 2 workers, 1 busy\nWaiting: 0 at the broker.*){2}")
        .containsPattern("(?s)c1/[12] .* busy .*" + task + ".*c1/[12] .* idle ");
    assertThat(fleet.run("top", "--times", "1", "-o", "name").ends(0).out())
        .matches("c1/[12]\nc1/[12]\n");
    fleet.run("kill", "--task", task, "--in-flight", "purge", "-y", "-q").ends(0);
  }

  @Test
  void runningTaskIsListedAndShownWithItsBatch() {
    fleet
        .run(
            "publish",
            "mail",
            "sleep",
            "{\"seconds\":30,\"steps\":1}",
            "--id",
            "long-one",
            "--batch",
            "june")
        .ends(0);
    awaitBusy(1);

    var listed = fleet.run("task", "list").ends(0);
    assertThat(listed.out()).containsPattern("long-one +mail +sleep +june +1 +\\S+ +c1/[12]");
    assertThat(listed.err()).contains("Waiting: ").contains(" at the broker");
    assertThat(fleet.run("task", "list", "--batch", "july", "-o", "name").ends(0).out()).isEmpty();
    assertThat(fleet.run("task", "show", "long-one").ends(0).out())
        .startsWith("task long-one\n  state       running\n")
        .containsPattern("  worker +c1/[12]\n");
    var json = fleet.run("task", "show", "long-one", "-o", "json").ends(0).json();
    assertThat(json.at("/controller").stringValue()).isEqualTo("c1");
    assertThat(fleet.run("batch", "list").ends(0).out()).containsPattern("june +1 +\\S+ +mail +c1");
    assertThat(fleet.run("batch", "show", "june").ends(0).out())
        .startsWith("batch june: 1 task running\n")
        .contains("long-one");
    assertThat(fleet.run("batch", "show", "juni").ends(4).err()).contains("; did you mean june?");
    assertThat(fleet.run("task", "show", "lnog-one").ends(4).err())
        .contains("task lnog-one is not running on any controller that answered; did you mean")
        .contains("warrener dead show mail lnog-one");
    fleet.run("kill", "--batch", "june", "--in-flight", "purge", "-y", "-q").ends(0);
  }

  @Test
  void heldBatchIsListedThoughNothingOfItRuns() {
    fleet.run("hold", "--batch", "may", "-m", "too early").ends(0);

    assertThat(fleet.run("batch", "list").ends(0).out()).containsPattern("may +0 +held");
    assertThat(fleet.run("batch", "show", "may").ends(0).out())
        .contains("Held         --batch may by ")
        .contains(": too early (");
    fleet.run("resume", "--batch", "may").ends(0);
  }

  @Test
  void controllersAreListedAndShownByTheCommandThatRunsThem() {
    assertThat(fleet.run("controller", "list").ends(0).out())
        .containsPattern("c1 +\\S+ +running +2 +0 ");
    assertThat(fleet.run("controller", "show", "c1").ends(0).out())
        .startsWith("controller c1\n")
        .contains("  state       running\n")
        .containsPattern("mail +2 +0 +0")
        .containsPattern("c1/1 .* idle ");
    var json = fleet.run("controller", "list", "-o", "json").ends(0).json();
    assertThat(json.at("/0/presence/queues/0/name").stringValue()).isEqualTo("mail");
    assertThat(fleet.run("controller", "show", "c2").ends(4).err())
        .contains("no controller c2; did you mean c1?");
  }

  @Test
  void queueIsShownWithWhoServesIt() {
    fleet.run("hold", "--queue", "mail").ends(0);
    fleet.run("publish", "mail", "echo", "--count", "3").ends(0);

    assertThat(fleet.run("queue", "show", "mail").ends(0).out())
        .startsWith("queue mail\n")
        .contains("Held         --queue mail by ")
        .containsPattern("c1 +2 +0 +\\d+ +held");
    var json = fleet.run("queue", "show", "mail", "-o", "json").ends(0).json();
    assertThat(json.at("/waiting").intValue() + json.at("/controllers/0/waiting").intValue())
        .isGreaterThanOrEqualTo(3);
    assertThat(fleet.run("queue", "show", "mial").ends(4).err())
        .contains("no queue mial; did you mean mail?");
  }

  @Test
  void deadLetterIsShownAndStays() {
    fleet
        .run(
            "publish", "mail", "fail", "{\"message\":\"no\"}", "--max-attempts", "1", "--id", "f-1")
        .ends(0);
    await("dead").atMost(LONG).until(() -> number("mail", "dead") == 1);

    assertThat(fleet.run("dead", "show", "mail", "f-1").ends(0).out())
        .startsWith("task f-1, dead letter of queue mail\n  reason      failed\n")
        .containsPattern("  detail +.*no")
        .contains("  attempt     1 of 1\n")
        .contains("  body        16 bytes, application/json\n\n{\"message\":\"no\"}\n");
    var json = fleet.run("dead", "show", "mail", "f-1", "-o", "json").ends(0).json();
    assertThat(json.at("/reason").stringValue()).isEqualTo("failed");
    assertThat(json.at("/body").stringValue()).isEqualTo("{\"message\":\"no\"}");
    assertThat(json.at("/headers/x-dead-controller").stringValue()).isEqualTo("c1");
    assertThat(fleet.run("dead", "show", "mail", "f-2").ends(4).err())
        .contains("no dead letter f-2 of queue mail; did you mean f-1?");
    assertThat(number("mail", "dead")).isEqualTo(1);
  }

  @Test
  void publishedTaskRunsAndItsResultIsShown() {
    var ran =
        fleet.run("publish", "mail", "echo", "{\"a\":[1,2]}", "--wait", "--id", "one").ends(0);

    assertThat(ran.out()).isEqualTo("one succeeded: {\"a\":[1,2]}\n");
    assertThat(ran.err()).isEmpty();
  }

  @Test
  void resultThatIsNoSuccessIsStatusThree() {
    var ran =
        fleet
            .run("publish", "mail", "fail", "{\"message\":\"no\"}", "--max-attempts", "1", "--wait")
            .ends(3);

    assertThat(ran.out()).contains(" failed: no");
  }

  @Test
  void manyTasksAreOneLine() {
    var ran = fleet.run("publish", "mail", "echo", "--count", "50").ends(0);

    assertThat(ran.out()).startsWith("50 tasks published in ");
    await("all run").atMost(LONG).until(() -> number("mail", "waiting") == 0);
  }

  @Test
  void unknownQueueIsStatusFour() {
    var ran = fleet.run("publish", "mial", "echo").ends(4);

    assertThat(ran.err()).contains("\"mial\"");
  }

  @Test
  void badLineMeansThatNothingIsPublishedUnlessSkipped() throws IOException {
    var lines =
        Files.writeString(
            folder.resolve("tasks.jsonl"),
            """
            {"id":"good","body":1}
            {"id":"bad",
            {"id":"better","body":2}
            """);

    var refused = fleet.run("publish", "mail", "echo", "--jsonl", "-d", "@" + lines).ends(2);
    assertThat(refused.err())
        .contains("line 2: ")
        .contains("nothing was published, because not every line is a task");

    var skipped =
        fleet
            .run(
                "publish", "mail", "echo", "--jsonl", "-d", "@" + lines, "--skip-bad", "-o", "name")
            .ends(3);
    assertThat(skipped.out().lines()).containsExactlyInAnyOrder("good", "better");
    assertThat(skipped.err()).contains("line 2: ");
  }

  @Test
  void heldQueueWaitsUntilItIsResumed() {
    var held = fleet.run("hold", "--queue", "mail", "-m", "a look at it").ends(0);
    assertThat(held.out()).containsPattern("c1 .*✓ held").contains("CONFIRMED  hold ");
    fleet.run("publish", "mail", "echo", "1").ends(0);

    assertThat(fleet.run("status").ends(0).out())
        .contains("Held         --queue mail by ")
        .contains(": a look at it (");
    assertThat(number("mail", "waiting")).isEqualTo(1);

    fleet.run("resume", "--queue", "mail").ends(0);
    await("it runs").atMost(LONG).until(() -> number("mail", "waiting") == 0);
  }

  @Test
  void drainEndsWhenNothingRunsAnyMore() {
    publishSleep("2");
    awaitBusy(1);

    var ran = fleet.run("drain", "--queue", "mail").ends(0);

    assertThat(ran.out()).contains("CONFIRMED  drain ");
    assertThat(fleet.count("busy", "c1")).isZero();
  }

  @Test
  void deadLettersAreListedRequeuedAndDropped() {
    fleet.run(
        "publish", "mail", "fail", "{\"message\":\"no\"}", "--max-attempts", "1", "--id", "f");
    await("dead").atMost(LONG).until(() -> number("mail", "dead") == 1);

    assertThat(fleet.run("dead", "list", "mail").ends(0).out())
        .containsPattern("f +fail +failed +\\S+ +c1 +");
    assertThat(fleet.run("dead", "list", "mail", "--reason", "killed", "-o", "name").ends(0).out())
        .isEmpty();
    var json = fleet.run("dead", "list", "mail", "-o", "json").ends(0).json();
    assertThat(json.at("/0/reason").stringValue()).isEqualTo("failed");

    assertThat(fleet.run("dead", "requeue", "mail").ends(2).err()).contains("add --yes");
    assertThat(fleet.run("dead", "requeue", "mail", "-n").ends(0).err())
        .contains("Would requeue 1 dead letter of queue mail; nothing was done.");
    assertThat(fleet.run("dead", "requeue", "mail", "-y").ends(0).out())
        .isEqualTo("1 dead letter requeued\n");
    await("dead again").atMost(LONG).until(() -> number("mail", "dead") == 1);
    assertThat(fleet.run("dead", "purge", "mail", "--confirm", "mail").ends(0).out())
        .isEqualTo("1 dead letter dropped for good\n");
    assertThat(number("mail", "dead")).isZero();
  }

  @Test
  void servedQueueIsPurgedByItsController() {
    fleet.run("hold", "--queue", "mail").ends(0);
    fleet.run("publish", "mail", "echo", "--count", "3").ends(0);

    assertThat(fleet.run("queue", "purge", "mail", "-n").ends(0).out()).isEqualTo("3\n");
    var ran = fleet.run("queue", "purge", "mail", "--confirm", "mail").ends(0);

    assertThat(ran.err()).contains("Purge queue mail: 3 waiting tasks will be gone");
    assertThat(ran.out()).contains("CONFIRMED  purge ").contains("3 waiting tasks settled");
    assertThat(number("mail", "waiting")).isZero();
  }

  @Test
  void queueThatNobodyServesIsPurgedAllTheSame() {
    fleet.run("queue", "create", "later").ends(0);
    fleet.run("publish", "later", "echo", "--count", "3").ends(0);

    assertThat(fleet.run("queue", "purge", "later", "-y").ends(0).out())
        .isEqualTo("3 tasks purged\n");
    assertThat(fleet.run("queue", "purge", "latre", "-y").ends(4).err()).contains("no queue latre");
  }

  @Test
  void killedWorkerIsReplaced() {
    var ran = fleet.run("kill", "--worker", "c1/1", "-y").ends(0);

    assertThat(ran.out()).containsPattern("c1/1 +\\d+ +SIGKILL").contains("CONFIRMED  kill ");
    await("replaced").atMost(LONG).until(() -> fleet.count("idle", "c1") == 2);
  }

  @Test
  void killedTaskIsDeadLetteredWithTheOrder() {
    String task = publishSleep("30").out().strip();
    awaitBusy(1);

    var json = fleet.run("kill", "--task", task, "-y", "-o", "json").ends(0).json();

    assertThat(json.at("/controllers/0/workers/0/task").stringValue()).isEqualTo(task);
    assertThat(json.at("/controllers/0/fates/dead-lettered").intValue()).isEqualTo(1);
    String order = json.at("/order/id").stringValue();
    assertThat(fleet.run("dead", "list", "mail", "--order", order, "-o", "name").ends(0).out())
        .isEqualTo(task + "\n");
  }

  @Test
  void dryRunKillsNothing() {
    publishSleep("30");
    awaitBusy(1);

    var ran = fleet.run("kill", "--all", "-n").ends(0);

    assertThat(ran.err())
        .startsWith("Would kill --all in ")
        .contains(": 2 workers on 1 controller, 1 task in flight");
    assertThat(ran.out()).containsPattern("c1 +\\S+ +2 +1 +");
    assertThat(fleet.count("busy", "c1")).isEqualTo(1);
    fleet.run("kill", "--queue", "mail", "--in-flight", "purge", "-y", "-q").ends(0);
  }

  @Test
  void unknownTargetsAreStatusFour() {
    assertThat(fleet.run("kill", "--queue", "mial", "-y").ends(4).err())
        .contains("no queue mial; did you mean mail? (nothing was sent)");
    assertThat(fleet.run("hold", "--controller", "c2").ends(4).err())
        .contains("no controller c2; did you mean c1? (nothing was sent)");
    assertThat(fleet.run("kill", "--task", "nobody-knows", "-y").ends(4).err())
        .contains("No controller runs task nobody-knows or holds it.");
    assertThat(fleet.run("dead", "list", "mial").ends(4).err()).contains("mial");
  }

  @Test
  void bodyAboveTheLimitIsRefusedWithTheLimit() throws IOException {
    var body = Files.write(folder.resolve("body"), new byte[(16 << 20) + 1]);

    var ran =
        fleet.run("publish", "mail", "echo", "--content-type", "x/y", "-d", "@" + body).ends(3);

    assertThat(ran.err())
        .contains("its body has 16777217 bytes, and at most 16777216 are allowed: store the data")
        .hasLineCount(1);
  }

  @Test
  void taskForAnUnknownHandlerIsADeadLetterThatNamesThoseThatThereAre() {
    fleet.run("publish", "mail", "ehco", "1").ends(0);

    await("dead").atMost(LONG).until(() -> number("mail", "dead") == 1);
    assertThat(fleet.run("dead", "list", "mail").ends(0).out())
        .contains("invalid")
        .contains("no handler \"ehco\" here: the workers of queue mail have ")
        .contains("echo");
  }

  @Test
  @NeedsRabbitMq("queues of the embedded broker have no arguments")
  void queueThatIsThereWithOtherArgumentsIsExplained() {
    assertThat(fleet.run("queue", "create", "mail", "--max-length", "5").ends(78).err())
        .contains(
            "exists with x-max-length none where Warrener wants 5: delete it once it is empty")
        .hasLineCount(1);
  }

  @Test
  void presenceSaysWhichReleaseAControllerIs() {
    var software = fleet.run("status", "-o", "json").ends(0).json().at("/controllers/0/software");

    assertThat(software.stringValue()).as("of the packaged jar").matches("[0-9]+[.].*");
  }

  @Test
  void otherNamespaceIsNoFleet() {
    var ran = fleet.run("kill", "--all", "-y", "--namespace", "elsewhere").ends(4);

    assertThat(ran.err())
        .startsWith("error: there is no fleet elsewhere at amqp://")
        .contains("--namespace");
  }

  @Test
  void doctorFindsNothingWrong() {
    var ran = fleet.run("doctor").ends(0);

    assertThat(ran.out())
        .containsPattern("ok +broker")
        .containsPattern("ok +topology")
        .containsPattern("ok +rights")
        .containsPattern("ok +controller c1 +running on ");
  }

  @Test
  @NeedsRabbitMq("the embedded broker keeps no log of orders")
  void killsAreInTheLogAndCanBeJoined() {
    String id =
        fleet
            .run("kill", "--worker", "c1/2", "-y", "-m", "INC-42", "-o", "name")
            .ends(0)
            .out()
            .strip();

    assertThat(fleet.run("kills", "list").ends(0).out())
        .containsPattern(id + " .* confirmed 1/1 .*--worker c1/2 +requeue +respawn +INC-42");
    assertThat(fleet.run("kills", "list", "-o", "name", "--by", "nobody").ends(0).out()).isEmpty();
    var shown = fleet.run("kills", "show", id).ends(0);
    assertThat(shown.out())
        .startsWith("kill --worker c1/2\n  id         " + id + "\n")
        .contains("  reason     INC-42\n")
        .contains("CONFIRMED  kill " + id + ": 1 of 1 controller confirmed, 1 worker dead")
        .as("the certificate is shown to whoever joins")
        .containsPattern("c1/2 +\\d+ +SIGKILL");
    assertThat(fleet.run("kills", "watch", id).ends(0).out()).contains("CONFIRMED  kill " + id);
    assertThat(fleet.run("kills", "show", "0000").ends(4).err())
        .contains("no order 0000 is in the log");
  }

  @Test
  @NeedsRabbitMq("the embedded broker checks no user and no password of others")
  void wrongPasswordIsStatusSeventySeven() throws IOException {
    var file = Files.writeString(folder.resolve("password"), "wrong");

    var ran = fleet.run("status", "--password-file", file.toString()).ends(77);

    assertThat(ran.err()).startsWith("error: ").hasLineCount(1).doesNotContain("wrong\n");
  }
}
