package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.broker.BrokerAddress.Node;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerAddressTest {
  @Test
  void whatTheUriLeavesOutHasItsDefault() {
    assertThat(BrokerAddress.parse("amqp://localhost"))
        .isEqualTo(new BrokerAddress("localhost", 5672, "/", "guest", "guest", false));
  }

  @Test
  void tlsHasItsOwnPort() {
    assertThat(BrokerAddress.parse("amqps://broker.example/"))
        .isEqualTo(new BrokerAddress("broker.example", 5671, "/", "guest", "guest", true));
  }

  @Test
  void everyPartIsReadAndDecoded() {
    assertThat(BrokerAddress.parse("amqp://a%40b:p%3Aw%2B1+2@10.0.0.1:5673/team%2Fone"))
        .isEqualTo(new BrokerAddress("10.0.0.1", 5673, "team/one", "a@b", "p:w+1+2", false));
  }

  @Test
  void addressOfVersion6LosesItsBracketsAndGetsThemBack() {
    var address = BrokerAddress.parse("amqp://[::1]:5673/x");

    assertThat(address.host()).isEqualTo("::1");
    assertThat(address).hasToString("amqp://guest@[::1]:5673/x");
  }

  @Test
  void passwordIsNotShown() {
    assertThat(BrokerAddress.parse("amqp://ana:secret@host/v"))
        .hasToString("amqp://ana@host:5672/v");
  }

  @Test
  void userWithoutPasswordHasAnEmptyOne() {
    var address = BrokerAddress.parse("amqp://ana@host");

    assertThat(address.password()).isEmpty();
    assertThat(address.withCredentials("bob", "x"))
        .isEqualTo(new BrokerAddress("host", 5672, "/", "bob", "x", false));
  }

  @Test
  void nodesOfAClusterAreReadAndShownAndTriedInTurn() {
    var address = BrokerAddress.parse("amqp://ana:secret@one,two:5673,10.0.0.3/v");

    assertThat(address)
        .isEqualTo(
            new BrokerAddress(
                "one",
                5672,
                "v",
                "ana",
                "secret",
                false,
                List.of(new Node("two", 5673), new Node("10.0.0.3", 5672))))
        .hasToString("amqp://ana@one:5672,two:5673,10.0.0.3:5672/v");
    assertThat(address.withCredentials("bob", "x").eachFrom(4))
        .extracting(BrokerAddress::toString)
        .containsExactly(
            "amqp://bob@two:5673/v", "amqp://bob@10.0.0.3:5672/v", "amqp://bob@one:5672/v");
  }

  @ParameterizedTest
  @CsvSource({
    "'amqp://host,', a node that can't be read",
    "'amqp://ana:secret@host,two:99999', port must be 1 to 65535",
    "http://host, must start with amqp:// or amqps://",
    "localhost:5672, must start with amqp:// or amqps://",
    "amqp:///vhost, names no host",
    "amqp://ho st, can't be read",
    "amqp://host:99999, port must be 1 to 65535",
    "amqp://host/?heartbeat=5, must not have a query",
    "amqp://:secret@host, names an empty user",
    "amqp://ana:se@cret@host/v, more than one '@': write an '@' of the user's name or password as",
    "amqp://ana:se/cret@host/v, names no host",
  })
  void wrongAddressIsRefusedWithASentenceThatHidesThePassword(String uri, String sentence) {
    assertThatThrownBy(() -> BrokerAddress.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence)
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("cret@");
  }

  /** A setting that is missing often arrives so, from programs that have no checker of nulls. */
  @Test
  @SuppressWarnings("NullAway")
  void missingAddressIsRefusedWithASentence() {
    assertThatThrownBy(() -> BrokerAddress.parse(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the broker's address is missing")
        .hasMessageContaining("amqp://localhost/");
  }
}
