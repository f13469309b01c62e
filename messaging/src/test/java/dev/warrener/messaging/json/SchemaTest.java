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
import dev.warrener.messaging.report.Claim;
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
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.TaskError;
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
        Presence.builder("web-1", "host")
            .pid(1)
            .software("0.1")
            .at(AT)
            .workers(
                List.of(
                    Presence.WorkerPresence.builder(1, "mail")
                        .incarnation(1)
                        .pid(42L)
                        .state(WorkerState.BUSY)
                        .task("a")
                        .attempt(1)
                        .batch("b")
                        .handler("echo")
                        .since(AT)
                        .build(),
                    Presence.WorkerPresence.builder(2, "mail").since(AT).build()))
            .queues(List.of(new Presence.QueuePresence("mail", 2, 0, 1, false)))
            .holds(List.of(new Presence.Hold(ID, everything, "INC-42", "ana", AT)))
            .leaseMillis(15_000)
            .containment("cgroup")
            .refusedOrders(1L)
            .unproven("set containment to auto")
            .newestOrderAt(AT)
            .claims(List.of(new Claim("mail", "a", 1)))
            .unavailableHandlers(List.of("the handler example.Mail can't be made: no licence"))
            .build();
    return Stream.of(
        Arguments.of("order", Order.class, kill(Scope.ALL)),
        Arguments.of("order", Order.class, kill(everything)),
        Arguments.of(
            "order",
            Order.class,
            Order.builder(OrderKind.HOLD, Scope.ofQueue("mail"))
                .id(ID)
                .issuedAt(AT)
                .expiresAt(AT)
                .build()),
        Arguments.of("presence", Presence.class, presence),
        Arguments.of(
            "task-event",
            TaskEvent.class,
            TaskEvent.builder(TaskEventKind.FINISHED, "a", "mail")
                .batch("b")
                .handler("echo")
                .controller("web-1")
                .worker("web-1/1")
                .outcome(Outcome.FAILED)
                .reason(DeadReason.FAILED)
                .detail("x")
                .order(ID)
                .traceparent("00-1-2-01")
                .at(AT)
                .build()),
        Arguments.of(
            "task-event",
            TaskEvent.class,
            TaskEvent.builder(TaskEventKind.DROPPED, "a", "mail")
                .controller("web-1")
                .at(AT)
                .build()),
        Arguments.of(
            "worker-event",
            WorkerEvent.class,
            workerEvent(WorkerEventKind.EXITED)
                .incarnation(1)
                .pid(42L)
                .exitCode(1)
                .signal(9)
                .detail("x")
                .build()),
        Arguments.of(
            "worker-event", WorkerEvent.class, workerEvent(WorkerEventKind.CRASH_LOOPING).build()),
        Arguments.of(
            "task-result",
            ResultMessage.class,
            ResultMessage.builder("a", Outcome.FAILED)
                .queue("mail")
                .batch("b")
                .startedAt(AT)
                .finishedAt(AT)
                .controller("web-1")
                .worker("web-1/1")
                .error(new TaskError("x", "y", "z"))
                .value(ContractJson.tree("1".getBytes(StandardCharsets.UTF_8)))
                .valueBase64("AA==")
                .order(ID)
                .earlierOutcome(Outcome.SUCCEEDED)
                .build()),
        Arguments.of(
            "task-result",
            ResultMessage.class,
            ResultMessage.builder("a", Outcome.KILLED).finishedAt(AT).controller("web-1").build()),
        Arguments.of(
            "controller.heard",
            Report.ControllerHeard.class,
            header(1)
                .heard(
                    new Report.Expected(1, 1, 1, 0, 5L),
                    List.of(new Report.RosterEntry("web-2", "host", AT, RosterState.LIVE, 15_000L)),
                    presence)),
        Arguments.of(
            "controller.heard",
            Report.ControllerHeard.class,
            header(1)
                .heard(
                    new Report.Expected(0, 0, 0, 0, null),
                    List.of(new Report.RosterEntry("web-2", "host", AT, RosterState.LEFT, null)),
                    null)),
        Arguments.of(
            "worker.dead",
            Report.WorkerDead.class,
            header(2)
                .dead(killed("cgroup"))
                .signal(9)
                .processesKilled(3)
                .proven(true)
                .task("a")
                .deathMicros(1000)
                .build()),
        Arguments.of(
            "worker.dead",
            Report.WorkerDead.class,
            header(2)
                .dead(killed("subreaper"))
                .exitCode(3)
                .processesKilled(1)
                .deathMicros(1000)
                .build()),
        Arguments.of(
            "worker.unconfirmed",
            Report.WorkerUnconfirmed.class,
            header(2)
                .unconfirmed(
                    killed("subreaper"),
                    "a",
                    List.of(new Report.Survivor(43, "D", "cat")),
                    "a look at its processes failed")),
        Arguments.of(
            "task.settled",
            Report.TaskSettled.class,
            header(3).settled("a", 1, "b", "mail", Fate.DEAD_LETTERED)),
        Arguments.of(
            "controller.done",
            Report.ControllerDone.class,
            header(4)
                .done(ControllerState.HELD)
                .workers(1)
                .tasks(1)
                .tookMicros(41_000)
                .failed(List.of("x"))
                .notes(List.of("y"))
                .unproven("set containment to auto")
                .carriedOn(true)
                .build()),
        Arguments.of(
            "controller.hello",
            ControllerHello.class,
            ControllerHello.of("web-1", "host", "warrener", 42, "0.1", true)),
        Arguments.of(
            "controller.refused", Report.ControllerRefused.class, header(1).refused("no")));
  }

  private static Order kill(Scope scope) {
    return Order.builder(OrderKind.KILL, scope)
        .id(ID)
        .inFlight(InFlight.DEAD_LETTER)
        .then(Then.HOLD)
        .graceMillis(5000)
        .reason("INC-42")
        .issuedBy("ana")
        .issuedAt(AT)
        .expiresAt(AT.plusSeconds(60))
        .build();
  }

  private static WorkerEvent.Builder workerEvent(WorkerEventKind kind) {
    return WorkerEvent.builder(kind, "web-1/1")
        .controller("web-1")
        .host("host")
        .queue("mail")
        .at(AT);
  }

  private static Report.Header header(long sequence) {
    return new Report.Header(ID, "web-1", "host", AT, sequence);
  }

  private static Report.KilledWorker killed(String containment) {
    return new Report.KilledWorker("web-1/1", 1, 42, 4711, containment);
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
