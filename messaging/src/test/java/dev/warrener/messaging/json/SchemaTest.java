package dev.warrener.messaging.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.WireName;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.order.WorkerTarget;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Fate;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Report;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.TaskEventKind;
import dev.warrener.messaging.report.WorkerEvent;
import dev.warrener.messaging.report.WorkerEventKind;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.TaskError;
import dev.warrener.messaging.task.TaskResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Holds the schemas of the contract against what the code writes. */
class SchemaTest {
  private static final Path FOLDER = Path.of("../docs/schema");
  private static final Instant AT = Instant.parse("2026-11-23T03:12:07.072Z");
  private static final String ID = Uuid7.next();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  static Stream<Arguments> messages() {
    var everything =
        new Scope(
            false,
            List.of("web-1"),
            List.of("mail"),
            List.of("b"),
            List.of(new TaskTarget("a", null), new TaskTarget("b", 2)),
            List.of(new WorkerTarget("web-1/2", null), new WorkerTarget("web-1/3", 4L)));
    var presence =
        new Presence(
            1,
            "web-1",
            "host",
            1,
            "0.1",
            AT,
            ControllerState.RUNNING,
            List.of(
                new Presence.WorkerPresence(
                    1, "mail", 1, 42L, WorkerState.BUSY, "a", 1, "b", "echo", AT),
                new Presence.WorkerPresence(
                    2, "mail", 0, null, WorkerState.EMPTY, null, null, null, null, AT)),
            List.of(new Presence.QueuePresence("mail", 2, 0, 1, false)),
            List.of(new Presence.Hold(ID, everything, "INC-42", "ana", AT)),
            15_000,
            "cgroup",
            1L);
    return Stream.of(
        Arguments.of("order", Order.class, kill(Scope.ALL)),
        Arguments.of("order", Order.class, kill(everything)),
        Arguments.of(
            "order",
            Order.class,
            new Order(
                1,
                ID,
                OrderKind.HOLD,
                Scope.ofQueue("mail"),
                null,
                Backlog.KEEP,
                null,
                0,
                "",
                "",
                AT,
                AT,
                false)),
        Arguments.of("presence", Presence.class, presence),
        Arguments.of(
            "task-event",
            TaskEvent.class,
            new TaskEvent(
                1,
                TaskEventKind.FINISHED,
                "a",
                "mail",
                "b",
                "echo",
                1,
                "web-1",
                "web-1/1",
                Outcome.FAILED,
                DeadReason.FAILED,
                "x",
                ID,
                "00-1-2-01",
                AT)),
        Arguments.of(
            "task-event",
            TaskEvent.class,
            new TaskEvent(
                1,
                TaskEventKind.DROPPED,
                "a",
                "mail",
                null,
                null,
                1,
                "web-1",
                null,
                null,
                null,
                null,
                null,
                null,
                AT)),
        Arguments.of(
            "worker-event",
            WorkerEvent.class,
            new WorkerEvent(
                1,
                WorkerEventKind.EXITED,
                "web-1/1",
                1,
                42L,
                "web-1",
                "host",
                "mail",
                1,
                9,
                "x",
                AT)),
        Arguments.of(
            "worker-event",
            WorkerEvent.class,
            new WorkerEvent(
                1,
                WorkerEventKind.CRASH_LOOPING,
                "web-1/1",
                0,
                null,
                "web-1",
                "host",
                "mail",
                null,
                null,
                null,
                AT)),
        Arguments.of(
            "task-result",
            TaskResult.class,
            new TaskResult(
                1,
                "a",
                "mail",
                "b",
                Outcome.FAILED,
                1,
                AT,
                AT,
                "web-1",
                "web-1/1",
                new TaskError("x", "y", "z"),
                ContractJson.tree("1".getBytes(StandardCharsets.UTF_8)),
                "AA==",
                ID)),
        Arguments.of(
            "task-result",
            TaskResult.class,
            new TaskResult(
                1,
                "a",
                null,
                null,
                Outcome.KILLED,
                1,
                null,
                AT,
                "web-1",
                null,
                null,
                null,
                null,
                null)),
        Arguments.of(
            "controller.heard",
            Report.ControllerHeard.class,
            new Report.ControllerHeard(
                1,
                ID,
                "web-1",
                "host",
                AT,
                1,
                new Report.Expected(1, 1, 1, 0, 5L),
                List.of(new Report.RosterEntry("web-2", "host", AT, RosterState.LIVE, 15_000L)),
                presence)),
        Arguments.of(
            "controller.heard",
            Report.ControllerHeard.class,
            new Report.ControllerHeard(
                1,
                ID,
                "web-1",
                "host",
                AT,
                1,
                new Report.Expected(0, 0, 0, 0, null),
                List.of(new Report.RosterEntry("web-2", "host", AT, RosterState.LEFT)),
                null)),
        Arguments.of(
            "worker.dead",
            Report.WorkerDead.class,
            new Report.WorkerDead(
                1, ID, "web-1", "host", AT, 2, "web-1/1", 1, 42, 4711, "cgroup", 9, null, 3, true,
                true, "a", 1000)),
        Arguments.of(
            "worker.dead",
            Report.WorkerDead.class,
            new Report.WorkerDead(
                1,
                ID,
                "web-1",
                "host",
                AT,
                2,
                "web-1/1",
                1,
                42,
                4711,
                "subreaper",
                0,
                3,
                1,
                true,
                false,
                null,
                1000)),
        Arguments.of(
            "worker.unconfirmed",
            Report.WorkerUnconfirmed.class,
            new Report.WorkerUnconfirmed(
                1,
                ID,
                "web-1",
                "host",
                AT,
                2,
                "web-1/1",
                1,
                42,
                4711,
                "subreaper",
                "a",
                List.of(new Report.Survivor(43, "D", "cat")))),
        Arguments.of(
            "task.settled",
            Report.TaskSettled.class,
            new Report.TaskSettled(
                1, ID, "web-1", "host", AT, 3, "a", 1, "b", "mail", Fate.DEAD_LETTERED)),
        Arguments.of(
            "controller.done",
            Report.ControllerDone.class,
            new Report.ControllerDone(
                1,
                ID,
                "web-1",
                "host",
                AT,
                4,
                1,
                1,
                0,
                ControllerState.HELD,
                41_000,
                List.of("x"),
                List.of("y"))),
        Arguments.of(
            "controller.hello",
            ControllerHello.class,
            new ControllerHello(
                1, ControllerHello.TYPE, "web-1", "host", "warrener", 42, "0.1", true)),
        Arguments.of(
            "controller.refused",
            Report.ControllerRefused.class,
            new Report.ControllerRefused(1, ID, "web-1", "host", AT, 1, "no")));
  }

  private static Order kill(Scope scope) {
    return new Order(
        1,
        ID,
        OrderKind.KILL,
        scope,
        InFlight.DEAD_LETTER,
        Backlog.KEEP,
        Then.HOLD,
        5000,
        "INC-42",
        "ana",
        AT,
        AT.plusSeconds(60),
        false);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatTheCodeWritesIsValid(String name, Class<?> type, Object message) throws IOException {
    assertThat(schema(name).validate(ContractJson.text(message), InputFormat.JSON))
        .as("%s: %s", type.getSimpleName(), ContractJson.text(message))
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("messages")
  void schemaAndRecordHaveTheSameFields(String name, Class<?> type, Object message)
      throws IOException {
    var fields =
        new ArrayList<>(
            Arrays.stream(type.getRecordComponents())
                .map(component -> component.getName())
                .toList());
    if (message instanceof Report) {
      fields.add("type");
    }
    var described =
        ContractJson.tree(Files.readAllBytes(FOLDER.resolve(name + ".json"))).get("properties");

    assertThat(described.propertyNames()).containsExactlyInAnyOrderElementsOf(fields);
  }

  static Stream<Arguments> constants() {
    return Stream.of(
        Arguments.of("task-event", "event", TaskEventKind.values()),
        Arguments.of("task-event", "outcome", Outcome.values()),
        Arguments.of("task-event", "reason", DeadReason.values()),
        Arguments.of("task-result", "outcome", Outcome.values()),
        Arguments.of("worker-event", "event", WorkerEventKind.values()),
        Arguments.of("presence", "state", ControllerState.values()),
        Arguments.of("order", "kind", OrderKind.values()),
        Arguments.of("order", "inFlight", InFlight.values()),
        Arguments.of("order", "backlog", Backlog.values()),
        Arguments.of("order", "then", Then.values()),
        Arguments.of("task.settled", "fate", Fate.values()));
  }

  @ParameterizedTest
  @MethodSource("constants")
  void schemaKnowsEveryConstantOfTheCode(String name, String field, WireName[] constants)
      throws IOException {
    var described =
        ContractJson.tree(Files.readAllBytes(FOLDER.resolve(name + ".json")))
            .path("properties")
            .path(field)
            .path("enum");

    assertThat(described.valueStream().map(JsonNode::stringValue))
        .containsExactlyInAnyOrderElementsOf(Arrays.stream(constants).map(WireName::wire).toList());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void messageWithoutItsVersionIsInvalid(String name, Class<?> type, Object message)
      throws IOException {
    var broken = ContractJson.text(message).replace("\"version\":1,", "");

    assertThat(schema(name).validate(broken, InputFormat.JSON))
        .as(type.getSimpleName())
        .isNotEmpty();
  }

  private static Schema schema(String name) throws IOException {
    return SCHEMAS.getSchema(Files.readString(FOLDER.resolve(name + ".json")), InputFormat.JSON);
  }
}
