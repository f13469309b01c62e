package dev.warrener.controller.audit;

import dev.warrener.controller.fleet.AuditEntry;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.Report;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Names the fields of the entries about orders, as the lines of an audit log have them. */
public final class AuditJson {
  private AuditJson() {}

  /** Returns the fields of an entry in the order of the line; a field without a value is absent. */
  public static Map<String, Object> of(AuditEntry entry) {
    return switch (entry) {
      case AuditEntry.Accepted accepted ->
          line("order.accepted", accepted.at())
              .with("origin", accepted.origin().wire())
              .with("user", accepted.user())
              .with("order", accepted.order())
              .with("expected", accepted.expected())
              .fields;
      case AuditEntry.Joined joined ->
          line("order.joined", joined.at())
              .with("origin", joined.origin().wire())
              .with("user", joined.user())
              .with("id", joined.id())
              .fields;
      case AuditEntry.Refused refused ->
          line("order.refused", refused.at())
              .with("origin", refused.origin().wire())
              .with("user", refused.user())
              .with("id", refused.id())
              .with("because", refused.because())
              .with("order", refused.order())
              .fields;
      case AuditEntry.Ended ended ->
          line("order.done", ended.at())
              .with("id", ended.id())
              .with("dead", ended.dead().stream().map(AuditJson::of).toList())
              .with("unconfirmed", ended.unconfirmed())
              .with("tasks", ended.tasks())
              .with("backlog", ended.backlog())
              .with("state", ended.state())
              .with("tookMicros", ended.tookMicros())
              .with("failed", ended.failed())
              .with("notes", ended.notes())
              .fields;
      case AuditEntry.Late late ->
          line("order.late", late.at())
              .with("id", late.id())
              .with("report", withType(late.report()))
              .fields;
    };
  }

  private static Map<String, Object> of(AuditEntry.Dead dead) {
    return new Fields()
        .with("worker", dead.worker())
        .with("incarnation", dead.incarnation())
        .with("pid", dead.pid())
        .with("startTicks", dead.startTicks())
        .with("containment", dead.containment())
        .with("proven", dead.proven())
        .with("signal", dead.signal())
        .with("processes", dead.processes())
        .with("task", dead.task())
        .with("deathMicros", dead.deathMicros())
        .fields;
  }

  /** Returns a report with its type, which a value of a map would be written without. */
  private static JsonNode withType(Report report) {
    return ContractJson.convert(report, JsonNode.class);
  }

  private static Fields line(String type, Instant at) {
    return new Fields().with("type", type).with("at", at);
  }

  /** Fields in the order in which they were added, without those that have no value. */
  private static final class Fields {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    Fields with(String name, @Nullable Object value) {
      if (value != null) {
        fields.put(name, value);
      }
      return this;
    }
  }
}
