package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.connection.FleetConnection.Sent;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.Confirmation;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Failures;
import dev.warrener.ops.invocation.Interruption;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Prompt;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KillDialogueTest {
  private static final String ID = "0193586f-9f60-7000-8000-000000000001";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> asked = new ArrayList<>();
  private final ScriptedConnection line = new ScriptedConnection();

  private OutputFormat format = OutputFormat.TABLE;
  private @Nullable String typed;
  private boolean yes;
  private boolean dryRun;
  private boolean waits = true;
  private @Nullable InFlight inFlight;

  private ExitStatus kill(Scope scope) throws InterruptedException {
    var plan = KillPlan.of(scope, inFlight, null, null, Duration.ZERO);
    var request =
        new KillDialogue.Request(
            "prod",
            plan,
            OrderFactory.kill(ID, plan, "INC-42", "ana", line.instant(), dryRun),
            OrderFactory.kill(Uuid7.next(), plan, "INC-42", "ana", line.instant(), true),
            new Confirmation(yes, null, "prod", false),
            Duration.ofSeconds(10),
            waits);
    Optional<Prompt> asker =
        typed == null
            ? Optional.empty()
            : Optional.of(question -> {
              asked.add(question);
              return Optional.ofNullable(typed);
            });
    var screen =
        new Screen(stream(out), stream(err), Style.PLAIN, Style.PLAIN, false, false, false, format);
    return new KillDialogue(
            request,
            line,
            new CommandContext(
                screen, asker, line, sentence -> new Interruption(stream(err), sentence)))
        .run();
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static RosterEntry silent(String id) {
    return new RosterEntry(
        id, "host-" + id, ScriptedFleet.T0.minusSeconds(134), RosterState.SILENT, 15_000L);
  }

  private List<Order> kills() {
    return line.sent().stream().filter(order -> !order.dryRun()).toList();
  }

  @Test
  void confirmedKillShowsEveryControllerAndEveryCertificate() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1", "web-2")::answer).counting(2);
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.DONE);

    assertThat(out())
        .isEqualTo(
            """
            CONTROLLER  HOST                HEARD  DEAD  SETTLED     TOOK
            web-1       host-web-1  ✓ held    1ms   2/2  1 requeued  41ms
            web-2       host-web-2  ✓ held    6ms   2/2  1 requeued  41ms

            WORKER    PID  ENDED BY  PROCESSES  AFTER  TREE EMPTY        TASK
            web-1/1  4001  SIGKILL           3    8ms  proven by cgroup  task-of-web-1
            web-1/2  4002  SIGKILL           1    9ms  proven by cgroup  -
            web-2/1  4001  SIGKILL           3    8ms  proven by cgroup  task-of-web-2
            web-2/2  4002  SIGKILL           1    9ms  proven by cgroup  -

            CONFIRMED  kill 0193586f-9f60-7000-8000-000000000001: 2 of 2 controllers confirmed, 4\
             workers dead, tasks: 2 requeued, 10ms
            """);
    assertThat(line.sent()).as("with --yes --all nothing is asked first").hasSize(1);
  }

  @Test
  void whatItIsGoingToDoIsSaidBeforeItIsDone() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    yes = true;

    kill(Scope.ALL);

    assertThat(err())
        .startsWith(
            """
            Kill --all in prod
              in flight  requeue      running tasks go back to their queue and start again after a\
             resume
              backlog    keep         waiting tasks keep waiting
              then       hold         nothing of it starts until: warrener resume --all
            kill 0193586f-9f60-7000-8000-000000000001 sent 03:12:07Z · Ctrl-C stops watching, not\
             the kill
            2026-11-23T03:12:07.000Z order=0193586f-9f60-7000-8000-000000000001 controller=web-1\
             event=heard workers=2 tasks=1
            """)
        .endsWith("Held until:  warrener resume --all\n");
  }

  @Test
  void personSeesThePreviewFromTheControllersAndTypesTheName() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1", "web-2")::answer).counting(2);
    typed = "prod";

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.DONE);

    assertThat(asked).containsExactly("Type prod to kill 4 workers: ");
    assertThat(err())
        .startsWith("Kill --all in prod: 4 workers on 2 controllers, 2 tasks in flight\n")
        .contains(
            """
            CONTROLLER  HOST        WORKERS  IN FLIGHT  OLDEST
            web-1       host-web-1        2          1  14m02s
            web-2       host-web-2        2          1  14m02s
            """);
    assertThat(line.sent()).extracting(Order::dryRun).containsExactly(true, false);
  }

  @Test
  void declinedKillSendsNothing() {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    typed = "n";

    assertFails(ExitStatus.DECLINED, Scope.ALL, "declined: nothing was sent");
    assertThat(kills()).isEmpty();
  }

  @Test
  void dryRunAsksTheControllersAndPrintsTheCommand() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    dryRun = true;

    assertThat(kill(Scope.ofQueue("mail"))).isEqualTo(ExitStatus.DONE);

    assertThat(kills()).isEmpty();
    assertThat(out()).contains("web-1       host-web-1        2          1  14m02s");
    assertThat(err())
        .contains(
            "Nothing was killed. To do it:  warrener kill --queue mail --in-flight requeue --then"
                + " hold -m 'INC-42'");
  }

  @Test
  void silentControllerIsNamedAndTheStatusSaysUnknown() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1").with(silent("web-4"))::answer).counting(1);
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.NO_ANSWER);

    assertThat(out())
        .contains("web-4       host-web-4  ✗ silent    10s     ?  ?")
        .contains("PARTIAL  kill " + ID + ": 1 of 2 controllers confirmed, 2 workers dead")
        .contains(", what ran at 1 controller is unknown, ");
    assertThat(err())
        .contains("web-4 has not answered; it was last seen 2m24s ago")
        .contains("warrener kills watch " + ID);
  }

  @Test
  void unknownPlacesAreRefusedWithASuggestionAndNothingIsSent() {
    line.answering(ScriptedFleet.of("web-1", "web-2")::answer).counting(2);
    yes = true;

    assertFails(
        ExitStatus.UNKNOWN_TARGET,
        Scope.ofQueue("mial"),
        "no queue mial; did you mean mail? (nothing was sent)");
    assertFails(
        ExitStatus.UNKNOWN_TARGET,
        new Scope(false, List.of("web1"), List.of(), List.of(), List.of(), List.of()),
        "no controller web1; did you mean web-1? (nothing was sent)");
    assertFails(
        ExitStatus.UNKNOWN_TARGET,
        new Scope(
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new WorkerTarget("web-1/9", null))),
        "no worker web-1/9; did you mean web-1/1 or web-1/2? (nothing was sent)");
    assertThat(kills()).isEmpty();
  }

  @Test
  void killOfAWorkerIsAboutTheProcessThatWasShown() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    yes = true;

    kill(
        new Scope(
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new WorkerTarget("web-1/2", null))));

    assertThat(kills())
        .singleElement()
        .satisfies(order ->
            assertThat(order.scope().workers()).containsExactly(new WorkerTarget("web-1/2", 1L)));
  }

  @Test
  void queueThatNobodyServesButTheBrokerHasIsKnown() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1).withQueue("later");
    yes = true;

    assertThat(kill(Scope.ofQueue("later"))).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void silentControllerIsKnown() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1").with(silent("web-4"))::answer).counting(1);
    yes = true;

    assertThat(kill(new Scope(false, List.of("web-4"), List.of(), List.of(), List.of(), List.of())))
        .isEqualTo(ExitStatus.NO_ANSWER);

    assertThat(err()).contains(", and what is at 1 controller without an answer is unknown");
    assertThat(out()).doesNotContain("no task was running");
  }

  @Test
  void unknownTaskIsUnknownAndTheOrderStaysInForce() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    yes = true;

    assertThat(kill(Scope.ofTask("task-of-web-2"))).isEqualTo(ExitStatus.UNKNOWN_TARGET);

    assertThat(err())
        .contains("No controller runs task task-of-web-2 or holds it.")
        .contains("what still waits of it is dead-lettered when it comes up")
        .contains("did you mean task-of-web-1?");
  }

  @Test
  void killedBatchIsDeadLettered() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    yes = true;

    assertThat(kill(Scope.ofBatch("june"))).isEqualTo(ExitStatus.DONE);
    assertThat(out()).contains("tasks: 1 dead-lettered");
  }

  @Test
  void nobodyListensEndsWhenControllersWouldHaveConnectedAgain() throws InterruptedException {
    line.sending(new Sent.NobodyListens(true));
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.NO_ANSWER);

    assertThat(err()).contains("No controller is listening on this broker.");
    assertThat(line.instant())
        .isBetween(ScriptedFleet.T0.plusSeconds(3), ScriptedFleet.T0.plusSeconds(4));
  }

  @Test
  void brokersOwnCountHasToAgree() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1).running((self, asked) -> 1);
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.NO_ANSWER);
    assertThat(err()).contains("The broker counts 1 controller that still runs a worker process.");
  }

  @Test
  void brokersCountMayLagBehind() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer)
        .counting(1)
        .running((self, asked) -> asked < 4 ? 1 : 0);
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.DONE);
  }

  @Test
  void blockedBrokerMeansTheTripwire() throws InterruptedException {
    line.sending(new Sent.Blocked("low on memory"))
        .counting(3)
        .running((self, asked) -> Math.max(0, 4 - asked));
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.DONE);

    assertThat(line.tripwires()).isEqualTo(1);
    assertThat(err())
        .contains("The broker blocks publishers (low on memory): pulling the tripwire instead.")
        .contains("will not record who has pulled the tripwire: the network is gone.");
    assertThat(out())
        .startsWith("CONFIRMED  tripwire: 3 of 3 controllers run no worker process any more");
  }

  @Test
  void tripwireThatSomebodyDoesNotHeedIsUnknown() throws InterruptedException {
    line.sending(new Sent.Blocked("low on memory")).counting(3).running((self, asked) -> 1);
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.NO_ANSWER);
    assertThat(out()).startsWith("PARTIAL  tripwire: 2 of 3 controllers");
  }

  @Test
  void tripwireIsNotPulledForAnythingElse() {
    line.sending(new Sent.Blocked("low on memory")).counting(3);
    yes = true;
    inFlight = InFlight.PURGE;

    assertFails(
        ExitStatus.UNAVAILABLE,
        Scope.ALL,
        "the broker blocks publishers (low on memory): nothing was sent. All that gets through now"
            + " is: warrener kill --all --in-flight requeue --then hold");
    assertThat(line.tripwires()).isZero();
  }

  @Test
  void withoutWaitingTheResultIsTheId() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer);
    yes = true;
    waits = false;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.DONE);
    assertThat(out()).isEqualTo(ID + "\n");
  }

  @Test
  void nameIsTheId() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    yes = true;
    format = OutputFormat.NAME;

    kill(Scope.ALL);

    assertThat(out()).isEqualTo(ID + "\n");
  }

  @Test
  void jsonIsOneObjectWithTheOrderAndEveryReport() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1").with(silent("web-4"))::answer).counting(1);
    yes = true;
    format = OutputFormat.JSON;

    kill(Scope.ALL);

    var json = ContractJson.tree(out.toByteArray());
    assertThat(json.at("/type").stringValue()).isEqualTo("kill.finished");
    assertThat(json.at("/exitStatus").intValue()).isEqualTo(124);
    assertThat(json.at("/state").stringValue()).isEqualTo("partial");
    assertThat(json.at("/order/id").stringValue()).isEqualTo(ID);
    assertThat(json.at("/expected/controllers").intValue()).isEqualTo(2);
    assertThat(json.at("/done/workers").intValue()).isEqualTo(2);
    assertThat(json.at("/controllers/0/standing").stringValue()).isEqualTo("silent");
    assertThat(json.at("/controllers/0/leaseEndsAt").stringValue())
        .isEqualTo("2026-11-23T03:10:08.000Z");
    assertThat(json.at("/controllers/1/workers/0/type").stringValue()).isEqualTo("worker.dead");
    assertThat(json.at("/controllers/1/fates/requeued").intValue()).isEqualTo(1);
  }

  @Test
  void jsonLinesAreTheReportsAsTheyCome() throws InterruptedException {
    line.answering(ScriptedFleet.of("web-1")::answer).counting(1);
    yes = true;
    format = OutputFormat.JSONL;

    kill(Scope.ALL);

    assertThat(out().lines())
        .extracting(json ->
            ContractJson.tree(json.getBytes(StandardCharsets.UTF_8)).get("type").stringValue())
        .containsExactly(
            "kill.sent",
            "controller.heard",
            "worker.dead",
            "worker.dead",
            "task.settled",
            "controller.done",
            "kill.finished");
    assertThat(err()).doesNotContain("event=");
  }

  @Test
  void orderIsSentAgainWhenTheLineWasDown() throws InterruptedException {
    line.answering(order ->
            kills().size() < 2 ? List.<Report>of() : ScriptedFleet.of("web-1").answer(order))
        .counting(1);
    line.goDown();
    yes = true;

    assertThat(kill(Scope.ALL)).isEqualTo(ExitStatus.DONE);
    assertThat(kills()).extracting(Order::id).containsExactly(ID, ID);
  }

  private void assertFails(ExitStatus status, Scope scope, String sentence) {
    assertThatThrownBy(() -> kill(scope))
        .hasMessage(sentence)
        .satisfies(failure -> assertThat(Failures.status(failure)).isEqualTo(status));
  }
}
