package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.NeedsRabbitMq;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that change something, each against a real fleet. */
class CommandsIT extends OneControllerFleet {
  @TempDir private Path folder;

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
        .contains("  body        16 bytes, application/json\n\n  {\"message\":\"no\"}\n")
        .contains("\n\nWhat the last run reported:\n  java.lang.IllegalStateException: no\n");
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
  void allDeadLettersAreLookedAtAndThoseThatAreLeftOutAreTold() {
    fleet
        .run(
            "publish",
            "mail",
            "fail",
            "{\"message\":\"no\"}",
            "--max-attempts",
            "1",
            "--count",
            "154")
        .ends(0);
    await("dead").atMost(LONG).until(() -> number("mail", "dead") == 154);
    var last =
        fleet
            .run("publish", "mail", "fail", "{}", "--max-attempts", "1", "--batch", "last")
            .ends(0)
            .out()
            .strip();
    await("dead").atMost(LONG).until(() -> number("mail", "dead") == 155);

    var listed = fleet.run("dead", "list", "mail", "-o", "name").ends(6);
    assertThat(listed.out().lines()).hasSize(100);
    assertThat(listed.err()).contains("55 more dead letters are not shown: add --limit 155");
    assertThat(fleet.run("dead", "list", "mail", "--batch", "last", "-o", "name").ends(0).out())
        .isEqualTo(last + "\n");
    var chosen = fleet.run("dead", "list", "mail", "--reason", "failed", "-o", "name").ends(6);
    assertThat(chosen.err()).contains("55 more dead letters match and are not shown");
    assertThat(fleet.run("dead", "show", "mail", last.substring(0, 32)).ends(0).out())
        .startsWith("task " + last);
    assertThat(fleet.run("dead", "requeue", "mail", last.substring(0, 32), "-n").ends(0).err())
        .contains("Would requeue 1 dead letter of queue mail");
    assertThat(fleet.run("dead", "requeue", "mail", last.substring(0, 7), "-n").ends(4).err())
        .as("too short to be taken for the beginning of an id")
        .contains("no dead letter " + last.substring(0, 7));
    assertThat(
            fleet.run("dead", "purge", "mail", "--limit", "2", "--confirm", "mail").ends(6).err())
        .contains("153 more dead letters match and were left by --limit");
    assertThat(fleet.run("dead", "purge", "mail", "--confirm", "mail").ends(0).out())
        .isEqualTo("153 dead letters dropped for good\n");
    assertThat(number("mail", "dead")).isZero();
  }

  @Test
  void purgeOfAQueueThatIsNotThereIsUnknownBeforeItAsks() {
    assertThat(fleet.run("queue", "purge", "nosuch").ends(4).err()).contains("nosuch");
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
    assertThat(fleet.run("dead", "requeue", "mail", "another", "-n").ends(4).err())
        .contains("no dead letter another of queue mail");
    assertThat(fleet.run("dead", "requeue", "mail", "f", "g", "-n").ends(4).err())
        .contains("no dead letter g of queue mail (", "Would requeue 1 dead letter");
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

    // All but the last digits, which are random.
    String beginning = task.substring(0, 30);
    var json = fleet.run("kill", "--task", beginning, "-y", "-o", "json").ends(0).json();

    assertThat(json.at("/controllers/0/workers/0/task").stringValue()).isEqualTo(task);
    assertThat(json.at("/controllers/0/fates/dead-lettered").intValue()).isEqualTo(1);
    String order = json.at("/order/id").stringValue();
    for (var given : List.of(order, order.substring(0, 30))) {
      assertThat(fleet.run("dead", "list", "mail", "--order", given, "-o", "name").ends(0).out())
          .isEqualTo(task + "\n");
    }
    assertThat(fleet.run("kill", "--task", beginning, "-y").ends(4).err())
        .as("it has ended, and may not mean another one")
        .contains("no running task begins with " + beginning, "by its whole id");
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
