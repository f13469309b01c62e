package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderCall.Patience;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Interruption;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An order that was sent before, joined and watched. */
class OrderDialogueTest {
  private static final String ID = "0193586f-9f60-7000-8000-000000000001";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ScriptedConnection line = new ScriptedConnection();
  private final ScriptedFleet fleet =
      ScriptedFleet.of("web-1")
          .with(
              new RosterEntry(
                  "web-4",
                  "host-web-4",
                  ScriptedFleet.T0.minusSeconds(134),
                  RosterState.SILENT,
                  15_000L));

  @Test
  void goesOnUntilWhoWasSilentHasConfirmed() throws InterruptedException {
    line.answering(fleet::answer)
        .saying(Duration.ofMinutes(3), ScriptedFleet.of("web-4").answer(order()));

    assertThat(watch(Duration.ofMinutes(30))).isEqualTo(ExitStatus.DONE);

    assertThat(text(out)).contains("web-4/1").contains("2 of 2 controllers confirmed, 4 workers");
    assertThat(line.sent()).containsExactly(order());
  }

  @Test
  void endsWithUnknownAndNamesWhoIsStillSilent() throws InterruptedException {
    line.answering(fleet::answer);

    assertThat(watch(Duration.ofMinutes(30))).isEqualTo(ExitStatus.NO_ANSWER);

    assertThat(line.instant()).isAfterOrEqualTo(ScriptedFleet.T0.plus(Duration.ofMinutes(30)));
    assertThat(text(err))
        .contains("web-4 has not answered; it was last seen")
        .contains("if it has lost the broker, its lease had ended its workers by 03:10:08")
        .contains("warrener kills watch " + ID);
  }

  @Test
  void orderOfLongAgoTookAsLongAsItsOwnReports() throws InterruptedException {
    var kept =
        ScriptedFleet.of("web-1").answer(order()).stream()
            .map(report -> new ReceivedReport(report, null))
            .toList();
    line.answering(ScriptedFleet.of("web-1")::answer);
    // A quarter of an hour goes by.
    assertThat(line.next(Duration.ofMinutes(15))).isEmpty();

    assertThat(sendAgain(Duration.ofSeconds(10), kept)).isEqualTo(ExitStatus.DONE);

    assertThat(text(out)).contains("1 of 1 controller confirmed").endsWith(" 1 requeued, 0ms\n");
  }

  private ExitStatus watch(Duration timeout) throws InterruptedException {
    return sendAgain(timeout, List.of());
  }

  private ExitStatus sendAgain(Duration timeout, List<ReceivedReport> kept)
      throws InterruptedException {
    var screen =
        new Screen(
            stream(out),
            stream(err),
            Style.PLAIN,
            Style.PLAIN,
            false,
            false,
            false,
            OutputFormat.TABLE);
    var context =
        new CommandContext(
            screen, Optional.empty(), line, sentence -> new Interruption(stream(err), sentence));
    return new OrderDialogue(line, context)
        .sendAgain(order(), Patience.alsoWithTheSilent(timeout), kept);
  }

  private static Order order() {
    return OrderFactory.kill(
        ID,
        KillPlan.of(Scope.ALL, null, null, null, Duration.ZERO),
        "INC-42",
        "ana",
        ScriptedFleet.T0,
        false);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
