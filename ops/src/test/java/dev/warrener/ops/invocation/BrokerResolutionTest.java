package dev.warrener.ops.invocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.broker.BrokerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerResolutionTest {
  @TempDir private Path folder;

  private final GlobalOptions options = new GlobalOptions();

  private BrokerAddress decide(Map<String, String> environment) {
    return BrokerResolution.decide(options, environment, "warrener test").address();
  }

  private String passwordFile(String content) throws IOException {
    return Files.writeString(folder.resolve("password"), content).toString();
  }

  @Test
  void withoutAnythingItIsTheLocalBroker() {
    assertThat(decide(Map.of())).isEqualTo(BrokerAddress.parse("amqp://guest:guest@localhost/"));
  }

  @Test
  void environmentMayCarryThePassword() {
    assertThat(decide(Map.of("WARRENER_BROKER", "amqps://ana:secret@rabbit/fleet")))
        .isEqualTo(BrokerAddress.parse("amqps://ana:secret@rabbit/fleet"));
  }

  @Test
  void commandLineMayNot() {
    options.broker = "amqp://ana:secret@rabbit/fleet";

    assertFails(ExitStatus.USAGE, Map.of(), "--broker carries a password");
  }

  @Test
  void anAtSignInTheVhostIsNoPassword() {
    options.broker = "amqp://guest@rabbit:5672/fleet";
    options.passwordFile = folder.resolve("password").toString();

    assertFails(ExitStatus.BAD_CONFIGURATION, Map.of(), "does not exist");
  }

  @Test
  void passwordIsTheFirstLineOfTheFile() throws IOException {
    options.broker = "amqp://rabbit/fleet";
    options.user = "ana";
    options.passwordFile = passwordFile("se cret \nnot this\n");

    assertThat(decide(Map.of()))
        .isEqualTo(BrokerAddress.parse("amqp://rabbit/fleet").withCredentials("ana", "se cret"));
  }

  @Test
  void optionsGoBeforeTheEnvironment() throws IOException {
    options.broker = "amqp://rabbit/fleet";
    options.user = "ana";
    var environment =
        Map.of(
            "WARRENER_BROKER", "amqp://bob:other@elsewhere/",
            "WARRENER_USER", "bob",
            "WARRENER_PASSWORD_FILE", passwordFile("secret"));

    assertThat(decide(environment))
        .isEqualTo(BrokerAddress.parse("amqp://rabbit/fleet").withCredentials("ana", "secret"));
  }

  @Test
  void anotherUserNeedsAPassword() {
    options.user = "ana";

    assertFails(ExitStatus.BAD_CONFIGURATION, Map.of(), "no password for user ana");
  }

  @Test
  void emptyPasswordFileIsAMistake() throws IOException {
    options.passwordFile = passwordFile("\n");

    assertFails(ExitStatus.BAD_CONFIGURATION, Map.of(), "is empty");
  }

  /** Editors on Windows write one; as part of the password the broker would refuse it. */
  @Test
  void passwordFileWithByteOrderMarkIsAMistake() throws IOException {
    options.passwordFile = passwordFile("\uFEFFsecret\n");

    assertFails(ExitStatus.BAD_CONFIGURATION, Map.of(), "begins with a byte order mark");
  }

  @Test
  void wrongAddressIsWrongUsageOrBadConfigurationByWhereItStands() {
    assertFails(
        ExitStatus.BAD_CONFIGURATION,
        Map.of("WARRENER_BROKER", "http://rabbit"),
        "WARRENER_BROKER: the broker's address must start with amqp://");
    options.broker = "http://rabbit";
    assertFails(ExitStatus.USAGE, Map.of(), "--broker: the broker's address must start with");
  }

  @Test
  void wrongNamespaceIsWrongUsageOrBadConfigurationByWhereItStands() {
    assertFails(
        ExitStatus.BAD_CONFIGURATION, Map.of("WARRENER_NAMESPACE", "-"), "is not a valid name");
    options.namespace = "-";
    assertFails(ExitStatus.USAGE, Map.of(), "is not a valid name");
  }

  private void assertFails(ExitStatus status, Map<String, String> environment, String sentence) {
    assertThatThrownBy(() -> decide(environment))
        .hasMessageContaining(sentence)
        .message()
        .doesNotContain("secret");
    assertThatThrownBy(() -> decide(environment))
        .isInstanceOfSatisfying(
            CommandFailure.class, failure -> assertThat(failure.status()).isEqualTo(status));
  }
}
