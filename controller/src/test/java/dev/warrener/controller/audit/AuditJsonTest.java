package dev.warrener.controller.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.AuditEntry;
import dev.warrener.controller.fleet.state.HeardOrder.Origin;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Report;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditJsonTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void aFieldWithoutAValueIsAbsent() {
    assertThat(text(new AuditEntry.Refused(NOW, Origin.LOCAL, null, null, "no JSON", null)))
        .isEqualTo(
            "{\"type\":\"order.refused\",\"at\":\"2026-01-01T00:00:00.000Z\",\"origin\":\"local\","
                + "\"because\":\"no JSON\"}");
  }

  @Test
  void aWorkerThatRanNoTaskIsRecordedWithoutOne() {
    var dead = new AuditEntry.Dead("web-1/1", 1, 100, 5, "cgroup", true, 9, 1, null, 1000);
    var entry =
        new AuditEntry.Ended(
            NOW,
            "order",
            List.of(dead),
            List.of(),
            List.of(),
            0,
            ControllerState.RUNNING,
            2000,
            List.of(),
            null);

    assertThat(text(entry))
        .isEqualTo(
            "{\"type\":\"order.done\",\"at\":\"2026-01-01T00:00:00.000Z\",\"id\":\"order\","
                + "\"dead\":[{\"worker\":\"web-1/1\",\"incarnation\":1,\"pid\":100,\"startTicks\":5,"
                + "\"containment\":\"cgroup\",\"proven\":true,\"signal\":9,\"processes\":1,"
                + "\"deathMicros\":1000}],\"unconfirmed\":[],\"tasks\":[],\"backlog\":0,"
                + "\"state\":\"running\",\"tookMicros\":2000,\"failed\":[]}");
  }

  @Test
  void aLateReportKeepsItsType() {
    var report = new Report.Header("order", "web-1", "host", NOW, 3).refused("too late");

    assertThat(text(new AuditEntry.Late(NOW, "order", report)))
        .contains("\"report\":{\"type\":\"controller.refused\",");
  }

  private static String text(AuditEntry entry) {
    return ContractJson.text(AuditJson.of(entry));
  }
}
