package dev.warrener.messaging.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.order.TaskTarget;
import dev.warrener.messaging.order.Then;
import dev.warrener.messaging.report.ControllerState;
import dev.warrener.messaging.report.Report;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractJsonTest {
  private static final String ORDER =
      """
      {"version":1,"id":"019ab000-0000-7000-8000-000000000001","kind":"kill","scope":{"all":true},
       "inFlight":"requeue","backlog":"keep","then":"hold","graceMillis":0,"reason":"INC-42",
       "issuedBy":"ana","issuedAt":"2026-11-23T03:12:07.072Z","expiresAt":"2026-11-23T03:42:07.072Z",
       "dryRun":false,"later":"a field of a later version"}\
      """;

  @Test
  void orderOfTheContractIsReadAndFieldsOfLaterVersionsAreIgnored() {
    Order order = ContractJson.readOrder(bytes(ORDER));

    assertThat(order.kind()).isEqualTo(OrderKind.KILL);
    assertThat(order.scope()).isEqualTo(Scope.ALL);
    assertThat(order.inFlight()).isEqualTo(InFlight.REQUEUE);
    assertThat(order.then()).isEqualTo(Then.HOLD);
    assertThat(order.issuedAt()).isEqualTo(Instant.parse("2026-11-23T03:12:07.072Z"));
  }

  @Test
  void orderSurvivesWritingAndReading() {
    Order order = ContractJson.readOrder(bytes(ORDER));

    assertThat(ContractJson.readOrder(ContractJson.write(order))).isEqualTo(order);
    assertThat(ContractJson.text(order))
        .contains("\"scope\":{\"all\":true}")
        .contains("03:12:07.072Z");
  }

  @Test
  void taskInAScopeIsAStringOrAnObjectWithItsAttempt() {
    String json =
        ORDER.replace("{\"all\":true}", "{\"tasks\":[\"a\",{\"id\":\"b\",\"attempt\":2}]}");

    Order order = ContractJson.readOrder(bytes(json));

    assertThat(order.scope().tasks())
        .containsExactly(new TaskTarget("a", null), new TaskTarget("b", 2));
    assertThat(ContractJson.text(order.scope()))
        .isIn(
            "{\"tasks\":[\"a\",{\"id\":\"b\",\"attempt\":2}]}",
            "{\"tasks\":[\"a\",{\"attempt\":2,\"id\":\"b\"}]}");
  }

  @Test
  void optionalFieldsOfAnOrderHaveTheirDefaults() {
    String json =
        """
        {"version":1,"id":"019ab000-0000-7000-8000-000000000001","kind":"hold","scope":{"queues":["mail"]},
         "issuedAt":"2026-11-23T03:12:07Z","expiresAt":"2026-11-23T03:42:07Z"}\
        """;

    Order order = ContractJson.readOrder(bytes(json));

    assertThat(order.backlog()).isEqualTo(Backlog.KEEP);
    assertThat(order.graceMillis()).isZero();
    assertThat(order.dryRun()).isFalse();
  }

  @Test
  void missingRequiredFieldIsNamed() {
    assertThatThrownBy(() -> ContractJson.readOrder(bytes(ORDER.replace("\"id\":", "\"idea\":"))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("'id'");
  }

  @Test
  void unknownVersionIsToldBeforeAnythingElse() {
    assertThatThrownBy(() ->
            ContractJson.readOrder(
                bytes(ORDER.replace("\"version\":1", "\"version\":2").replace("kill", "melt"))))
        .hasMessage("unknown version 2: this controller speaks version 1");
  }

  @Test
  void unknownKindIsRefusedWithTheKindsThatThereAre() {
    assertThatThrownBy(() -> ContractJson.readOrder(bytes(ORDER.replace("\"kill\"", "\"melt\""))))
        .hasMessageContaining(
            "unknown kind \"melt\": use kill, hold, resume, drain, roll-call, purge");
  }

  /** A client of an earlier release fails the future of such a result, and does not wait on. */
  @Test
  void resultWithAnOutcomeOfALaterReleaseIsMalformedAndNotIgnored() {
    assertThatThrownBy(() ->
            ContractJson.readResult(
                bytes(
                    """
                    {"version":1,"task":"a","outcome":"melted","attempt":1,"controller":"web-1",
                     "finishedAt":"2026-11-23T03:12:07.072Z"}
                    """)))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("unknown outcome \"melted\"");
  }

  @Test
  void brokenJsonIsRefused() {
    assertThatThrownBy(() -> ContractJson.readOrder(bytes("{\"version\":1,")))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void orderOfMoreThan64KiBIsRefused() {
    assertThatThrownBy(
            () -> ContractJson.readOrder(bytes(ORDER.replace("INC-42", "x".repeat(65_536)))))
        .hasMessageContaining("65536");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"scope\":{\"queues\":[\"mail\"]},",
        "\"id\":\"019ab000-0000-7000-8000-000000000002\",",
        "\"dryRun\":true,",
        "\"later\":1,"
      })
  void orderInWhichAFieldStandsTwiceIsRefusedWhicheverOfThemComesFirst(String field) {
    var first = ORDER.replaceFirst("\\{", "{" + field);
    var last = ORDER.substring(0, ORDER.length() - 1) + "," + field.replaceAll(",$", "}");

    for (var json : List.of(first, last)) {
      assertThatThrownBy(() -> ContractJson.readOrder(bytes(json)))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessageContaining(field.substring(1, field.indexOf(':') - 1));
    }
  }

  @Test
  void fieldThatStandsTwiceInAScopeIsRefused() {
    var json = ORDER.replace("{\"all\":true}", "{\"queues\":[\"mail\"],\"queues\":[\"video\"]}");

    assertThatThrownBy(() -> ContractJson.readOrder(bytes(json))).hasMessageContaining("queues");
  }

  @Test
  void reportThatNamesTwoControllersIsRefused() {
    var refused =
        ContractJson.text(
            new Report.Header(
                    "019ab000-0000-7000-8000-000000000001", "web-1", "host", Instant.EPOCH, 1)
                .refused("no"));

    assertThatThrownBy(() ->
            ContractJson.read(
                bytes(
                    refused.replace(
                        "\"controller\":\"web-1\"",
                        "\"controller\":\"web-1\",\"controller\":\"web-2\"")),
                Report.class))
        .hasMessageContaining("controller");
  }

  @Test
  void valueOfAResultMayHaveAnyForm() {
    var result =
        ContractJson.readResult(
            bytes(
                """
                {"version":1,"task":"t","outcome":"succeeded","attempt":1,\
                "finishedAt":"2026-11-23T03:12:07Z","controller":"web-1","value":{"a":1,"a":2}}\
                """));

    assertThat(ContractJson.text(result)).contains("\"value\":{\"a\":2}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"controllers\":[\"web 1\"]}",
        "{\"queues\":[\"mail\\nINFO all is well\"]}",
        "{\"queues\":[\"\"]}",
        "{\"queues\":[\"mail.dead\"]}",
        "{\"batches\":[\"../june\"]}",
        "{\"workers\":[\"web-1/x\"]}",
        "{\"workers\":[\"web 1/1\"]}",
        "{\"workers\":[\"web-1/1/2\"]}",
        "{\"tasks\":[\"a\\u001b[2Jb\"]}"
      })
  void nameInAScopeThatNothingCanHaveIsRefused(String scope) {
    assertThatThrownBy(() -> ContractJson.readOrder(bytes(ORDER.replace("{\"all\":true}", scope))))
        .isInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9f2c1c52-6d0e-4c41-9c2b-5a9d6f3f1a10",
        "00000000-0000-0000-0000-000000000000",
        "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"
      })
  void idOfAnOrderMayBeAnyUuid(String id) {
    var json = ORDER.replace("019ab000-0000-7000-8000-000000000001", id);

    assertThat(ContractJson.readOrder(bytes(json)).id()).isEqualTo(id);
  }

  @Test
  void idOfAnOrderThatIsNoUuidIsRefused() {
    assertThatThrownBy(() ->
            ContractJson.readOrder(
                bytes(ORDER.replace("019ab000-0000-7000-8000-000000000001", "1-1-1-1-1"))))
        .hasMessage("id \"1-1-1-1-1\" is not a UUID");
  }

  @Test
  void reportIsReadAsTheTypeThatItNames() {
    var done =
        new Report.Header(
                "019ab000-0000-7000-8000-000000000001",
                "web-1",
                "host",
                Instant.parse("2026-11-23T03:12:07.072Z"),
                4)
            .done(ControllerState.HELD)
            .workers(4)
            .tasks(3)
            .tookMicros(41_000)
            .build();

    assertThat(ContractJson.text(done)).contains("\"type\":\"controller.done\"");
    assertThat(ContractJson.read(ContractJson.write(done), Report.class)).isEqualTo(done);
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
