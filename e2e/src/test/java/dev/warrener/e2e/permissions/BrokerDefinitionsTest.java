package dev.warrener.e2e.permissions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What {@code docker/broker/definitions.json} must say, whatever the broker. */
class BrokerDefinitionsTest {
  private static final JsonNode DEFINED = ShippedBroker.DEFINITIONS;
  private static final Namespace NAMES = Namespace.DEFAULT;

  @Test
  void makeTheExchangesAndTheStreamsButNoTripwire() {
    assertThat(DEFINED.path("exchanges").findValuesAsString("name"))
        .containsExactlyInAnyOrder(
            NAMES.tasksExchange(),
            NAMES.killExchange(),
            NAMES.logExchange(),
            NAMES.reportsExchange(),
            NAMES.resultsExchange(),
            NAMES.registryExchange());
    // They are read at each start of the broker: a tripwire that was pulled would be back.
    assertThat(DEFINED.path("queues").findValuesAsString("name"))
        .containsExactlyInAnyOrder(
            NAMES.ordersStream(), NAMES.outcomesStream(), NAMES.queuesStream());
  }

  @Test
  void holdNoPasswordAndNoAdministrator() {
    for (var user : DEFINED.path("users")) {
      var name = user.path("name").asString();
      assertThat(user.path("password_hash").asString()).isEqualTo("@" + name + "-password-hash@");
      assertThat(user.has("password")).isFalse();
      assertThat(user.path("tags").toString()).doesNotContain("administrator");
    }
  }

  @Test
  void rightsOfAControllersOwnUserAreThoseOfThePageOfPermissions() throws IOException {
    var page = Files.readString(Path.of("../docs/permissions.md"));

    assertThat(ControllerUser.print("h2"))
        .hasSize(3)
        .allSatisfy(line -> assertThat(page).contains(line));
  }

  @Test
  void idWithADotMatchesItselfAlone() {
    var user = ControllerUser.of("a.b");

    assertThat("warrener.controller.a.b").matches(user.configure());
    assertThat("warrener.controller.axb").doesNotMatch(user.configure());
    assertThat("presence.a.b").matches(user.topicWrite());
    assertThat("presence.b").doesNotMatch(user.topicWrite());
    assertThat("presence.axb").doesNotMatch(user.topicWrite());
  }

  @Test
  void limitEveryQueueThatMayBeLeftBehind() {
    assertThat(DEFINED.path("policies"))
        .anySatisfy(policy ->
            assertThat("warrener.reply.viewer.1")
                .containsPattern(policy.path("pattern").asString()))
        .anySatisfy(policy ->
            assertThat("warrener.controller.h1").containsPattern(policy.path("pattern").asString()))
        .allSatisfy(policy -> {
          assertThat(policy.path("definition").path("max-length").asLong()).isPositive();
          assertThat(policy.path("definition").path("max-length-bytes").asLong()).isPositive();
          assertThat(policy.path("definition").path("expires").asLong()).isPositive();
        });
  }

  @Test
  void grantWhatThePageOfPermissionsSays() throws IOException {
    var page = Files.readString(Path.of("../docs/permissions.md")).replace("\\|", "|");
    for (var permission : DEFINED.path("permissions")) {
      assertThat(page)
          .contains(
              "| `%s` | `%s` | `%s` | `%s` |"
                  .formatted(
                      permission.path("user").asString(),
                      permission.path("configure").asString(),
                      permission.path("write").asString(),
                      permission.path("read").asString()));
    }
  }
}
