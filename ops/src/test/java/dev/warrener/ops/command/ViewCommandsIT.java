package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.TestBroker;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commands that look and change nothing, each against a real fleet. */
class ViewCommandsIT extends OneControllerFleet {
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
  void progressOfARunIsShown() {
    fleet
        .run("publish", "mail", "sleep", "{\"seconds\":60,\"steps\":600}", "--id", "in-steps")
        .ends(0);
    awaitBusy(1);

    await("the first step is done")
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(fleet.run("ps").ends(0).out()).containsPattern("in-steps +\\d+/600"));
    assertThat(fleet.run("task", "list").ends(0).out()).containsPattern("c1/[12] +\\d+/600");
    assertThat(fleet.run("task", "show", "in-steps").ends(0).out())
        .containsPattern("progress +\\d+/600");
    var json = fleet.run("task", "show", "in-steps", "-o", "json").ends(0).json();
    assertThat(json.at("/progress/total").intValue()).isEqualTo(600);
    assertThat(json.at("/progress/message").isMissingNode()).isTrue();
    fleet.run("kill", "--task", "in-steps", "--in-flight", "purge", "-y", "-q").ends(0);
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
  void revokedBatchIsShownWithWhoAndWhyAndHowToUndoIt() {
    fleet
        .run("publish", "mail", "sleep", "{\"seconds\":30,\"steps\":1}", "--batch", "april")
        .ends(0);
    awaitBusy(1);

    var killed = fleet.run("kill", "--batch", "april", "-m", "a fool", "-y").ends(0);

    assertThat(killed.err())
        .contains("Revoked until:  warrener resume --batch april")
        .containsPattern(
            "To run its tasks after all:  warrener dead requeue mail --order [0-9a-f]");
    assertThat(fleet.run("publish", "mail", "echo", "--batch", "april", "--wait").ends(3).out())
        .as("whoever waits is told at once")
        .contains(" killed");
    assertThat(fleet.run("status").ends(0).out())
        .containsPattern("Revoked +--batch april by .* ago: a fool \\(.*, on c1\\)")
        .contains("its tasks are dead-lettered when they come up, until: warrener resume --batch");
    assertThat(fleet.run("batch", "list").ends(0).out()).containsPattern("april +0 +revoked");
    assertThat(fleet.run("batch", "show", "april").ends(0).out()).contains("a fool");
    assertThat(fleet.run("doctor").ends(0).out())
        .containsPattern("warning +revocation +--batch april was revoked .* by ");
    assertThat(fleet.run("resume", "--batch", "april", "-n").ends(0).out())
        .contains("WOULD RESUME  resume ")
        .contains(": 1 of 1 controller answered, ")
        .contains("; nothing was done")
        .doesNotContain("CONFIRMED");
    fleet.run("resume", "--batch", "april").ends(0);
    assertThat(fleet.run("status").ends(0).out()).doesNotContain("april");
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
}
