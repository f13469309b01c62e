package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.orders.ReceivedReport;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.UnloggedOrder;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said of orders that the log does not have. */
class UnloggedOrdersTest {
  private static final String ID = "0193586f-9f60-7000-8000-000000000001";
  private static final Instant AT = Instant.parse("2026-11-23T03:12:07Z");

  @Test
  void orderThatWasGivenOnAHostNamesItsUserAndItsReason() {
    assertThat(said(new UnloggedOrder(UnloggedOrder.LOCAL, "ana", "ana", "INC-42")))
        .startsWith(
            "Not in the log, given without a broker by local user ana (INC-42): "
                + ID
                + " killed 1 worker at c1, ")
        .doesNotContain("audit");
  }

  @Test
  void orderOfTheTripwireNamesNobody() {
    assertThat(said(new UnloggedOrder(UnloggedOrder.TRIPWIRE, null, null, null)))
        .startsWith("Not in the log, made because the tripwire was pulled: " + ID);
  }

  @Test
  void whereTheControllerHasNotToldItNothingIsGuessed() {
    assertThat(said(null))
        .startsWith(
            "Not in the log, so given with --local, by the tripwire, or while the log did not keep"
                + " it: "
                + ID)
        .endsWith("; the audit logs there say by whom.");
  }

  private static String said(@Nullable UnloggedOrder how) {
    var header = new Report.Header(ID, "c1", "host", AT, 1);
    var heard = header.heard(new Report.Expected(1, 0, 0, 0, null), List.of(), null).unlogged(how);
    var dead =
        new Report.Header(ID, "c1", "host", AT, 2)
            .dead(new Report.KilledWorker("c1/1", 1, 4001, 99, "cgroup"))
            .signal(9)
            .processesKilled(1)
            .proven(true)
            .deathMicros(100)
            .build();
    return KillsListCommand.unlogged(
            ID, List.of(new ReceivedReport(heard, "c1"), new ReceivedReport(dead, "c1")))
        .orElseThrow();
  }
}
