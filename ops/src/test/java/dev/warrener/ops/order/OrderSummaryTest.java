package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class OrderSummaryTest {
  private static final String ID = "0193586f-9f60-7000-8000-000000000001";
  private static final Instant T0 = ScriptedFleet.T0;

  private static String unproven(UnaryOperator<Report> changed, String... controllers) {
    var plan = KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO);
    var order = OrderFactory.kill(ID, plan, "INC-42", "ana", T0, false);
    var call = RollCall.open(order, new RollCall.Deadlines(T0, T0, T0));
    for (var report : ScriptedFleet.of(controllers).answer(order)) {
      call = call.with(changed.apply(report), T0);
    }
    var err = new ByteArrayOutputStream();
    var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    OrderSummary.showUnproven(
        new Screen(
            stream, stream, Style.PLAIN, Style.PLAIN, false, false, false, OutputFormat.TABLE),
        call);
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void provenDeathsNeedNoWord() {
    assertThat(unproven(report -> report, "web-1", "web-2")).isEmpty();
  }

  @Test
  void deathsThatAreOnlyFoundAreCountedWithTheReason() {
    assertThat(
            unproven(
                report -> report.controller().equals("web-2") ? report : onlyFound(report),
                "web-1",
                "web-2",
                "web-3"))
        .isEqualTo(
            "The kernel has not proven 4 of 6 deaths (no process was left that could be found)."
                + " web-1, web-3: set containment to auto.\n");
  }

  @Test
  void manyControllersAreNotAllNamed() {
    assertThat(unproven(OrderSummaryTest::onlyFound, "a", "b", "c", "d", "e"))
        .startsWith(
            "The kernel has not proven 10 of 10 deaths (no process was left that could be found). a,"
                + " b, c and 2 more: set");
  }

  private static String shown(boolean isTerminal, boolean isVerbose, String... controllers) {
    var plan = KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO);
    var order = OrderFactory.kill(ID, plan, "INC-42", "ana", T0, false);
    var call = RollCall.open(order, new RollCall.Deadlines(T0, T0, T0));
    for (var report : ScriptedFleet.of(controllers).answer(order)) {
      call = call.with(report, T0);
    }
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    OrderSummary.showAsItStands(
        new Screen(
            stream,
            stream,
            Style.PLAIN,
            Style.PLAIN,
            isTerminal,
            isTerminal,
            false,
            OutputFormat.TABLE,
            isVerbose),
        call,
        T0);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void certificatesThatWouldFillATerminalAreSummedUp() {
    var six = new String[] {"a", "b", "c", "d", "e", "f"};

    assertThat(shown(true, false, six))
        .contains("12 death certificates: SIGKILL, proven by cgroup, 24 processes, the last after")
        .contains("-v shows each")
        .doesNotContain("a/1");
    assertThat(shown(true, true, six)).contains("a/1", "f/2");
    assertThat(shown(false, false, six)).as("a file has room").contains("a/1", "f/2");
    assertThat(shown(true, false, "a", "b")).contains("a/1", "b/2");
  }

  @Test
  void tasksWithoutAFateAreCountedWhereAControllerIsNotDone() {
    var plan = KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO);
    var order = OrderFactory.kill(ID, plan, "INC-42", "ana", T0, false);
    var call = RollCall.open(order, new RollCall.Deadlines(T0, T0, T0));
    int tasks = 0;
    for (var report : ScriptedFleet.of("a", "b").answer(order)) {
      if (report instanceof Report.ControllerHeard heard) {
        call = call.with(report, T0);
        tasks += heard.expected().tasks();
      }
    }

    assertThat(OrderSummary.headline(call, call.verdict(T0), T0, Style.PLAIN))
        .contains("0 workers dead, the fate of " + tasks + " tasks is open");
  }

  private static Report onlyFound(Report report) {
    return switch (report) {
      case Report.WorkerDead dead ->
          new Report.Header(
                  dead.order(), dead.controller(), dead.host(), dead.at(), dead.sequence())
              .dead(
                  new Report.KilledWorker(
                      dead.worker(),
                      dead.incarnation(),
                      dead.pid(),
                      dead.startTicks(),
                      "subreaper"))
              .signal(dead.signal())
              .processesKilled(dead.processesKilled())
              .proven(false)
              .task(dead.task())
              .deathMicros(dead.deathMicros())
              .build();
      case Report.ControllerDone done ->
          new Report.Header(
                  done.order(), done.controller(), done.host(), done.at(), done.sequence())
              .done(done.state())
              .workers(done.workers())
              .tasks(done.tasks())
              .tookMicros(done.tookMicros())
              .unproven("set containment to auto")
              .build();
      default -> report;
    };
  }
}
