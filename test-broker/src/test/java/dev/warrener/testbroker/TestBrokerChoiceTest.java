package dev.warrener.testbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TestBrokerChoiceTest {
  private final List<String> said = new ArrayList<>();
  private final List<String> launched = new ArrayList<>();
  private boolean docker = true;
  private boolean privateNode = true;

  @Test
  void withoutAWishDockerComesFirst() {
    var broker = choice(null).shared();

    assertThat(broker.description()).isEqualTo("fake docker");
    assertThat(launched).containsExactly("docker");
    assertThat(said)
        .containsExactly("broker tests run on fake docker (WARRENER_TEST_BROKER chooses another)");
  }

  @Test
  void withoutAWishWhatCanNotBeHadIsPassedOverWithItsReason() {
    docker = false;
    privateNode = false;

    assertThat(choice("").shared().description()).isEqualTo("fake embedded");
    assertThat(said)
        .containsExactly(
            "broker tests run on fake embedded (not docker: docker is not here; not private: private"
                + " is not here; WARRENER_TEST_BROKER chooses another)");
  }

  @Test
  void aWishIsHeeded() {
    assertThat(choice("private").shared().description()).isEqualTo("fake private");
    assertThat(launched).containsExactly("private");
    assertThat(said).containsExactly("broker tests run on fake private (as asked for)");
  }

  @Test
  void aWishThatCanNotBeGrantedFailsEachTimeAndTriesOnce() {
    docker = false;
    var choice = choice("docker");

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(choice::shared)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("WARRENER_TEST_BROKER asks for \"docker\", but docker is not here");
    }
    assertThat(launched).containsExactly("docker");
    assertThat(said).hasSize(1);
  }

  @Test
  void aWishThatNobodyUnderstandsSaysWhatThereIs() {
    assertThatThrownBy(() -> choice("kafka").shared())
        .hasMessageContaining("\"kafka\"")
        .hasMessageContaining("docker, private, embedded, or an address");
  }

  @Test
  void anAddressIsConnectedToAndNeverBroken() {
    var choice = choice("amqp://ana:secret@somewhere/x");

    assertThat(choice.shared().description()).isEqualTo("fake somewhere");
    assertThat(launched).isEmpty();
    assertThatThrownBy(choice::own)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("@NeedsRabbitMq");
  }

  @Test
  void aPasswordIsNeverSaid() {
    assertThatThrownBy(() -> choice("amqp://ana:secret@nowhere/x").shared())
        .hasMessageContaining("amqp://***@nowhere/x")
        .hasMessageNotContaining("secret");
    assertThat(said).noneMatch(line -> line.contains("secret"));
  }

  @Test
  void theSharedBrokerIsLaunchedOnceAndEachOwnOneAnew() {
    var choice = choice("embedded");

    assertThat(choice.shared()).isSameAs(choice.shared());
    assertThat(choice.own()).isNotSameAs(choice.own()).isNotSameAs(choice.shared());
    assertThat(launched).containsExactly("embedded", "embedded", "embedded");
    assertThat(said).hasSize(1);
  }

  private TestBrokerChoice choice(@Nullable String wanted) {
    return new TestBrokerChoice(
        wanted,
        List.of(
            new TestBrokerChoice.Option("docker", () -> launch("docker", docker)),
            new TestBrokerChoice.Option("private", () -> launch("private", privateNode)),
            new TestBrokerChoice.Option("embedded", () -> launch("embedded", true))),
        uri -> {
          if ("nowhere".equals(uri.getHost())) {
            throw new BrokerUnavailableException("nobody is there", null);
          }
          return new FakeBroker(uri.getHost());
        },
        said::add);
  }

  private OwnBroker launch(String name, boolean available) throws BrokerUnavailableException {
    launched.add(name);
    if (!available) {
      throw new BrokerUnavailableException(name + " is not here", null);
    }
    return new FakeBroker(name);
  }

  private record FakeBroker(String name) implements OwnBroker {
    @Override
    public URI uri() {
      return URI.create("amqp://" + name);
    }

    @Override
    public BrokerKind kind() {
      return BrokerKind.EMBEDDED;
    }

    @Override
    public String version() {
      return "0";
    }

    @Override
    public String description() {
      return "fake " + name;
    }

    @Override
    public Set<Capability> capabilities() {
      return Set.of();
    }

    @Override
    public Vhost freshVhost() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void stop() {}

    @Override
    public void start() {}

    @Override
    public void kill() {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void raiseMemoryAlarm() {}

    @Override
    public void clearMemoryAlarm() {}

    @Override
    public void raiseDiskAlarm() {}

    @Override
    public void holdWrites() {}

    @Override
    public void allowWrites() {}

    @Override
    public void forgetQueue(Vhost vhost, String queue) {}

    @Override
    public void limitMessages(int bytes) {}

    @Override
    public void clearDiskAlarm() {}

    @Override
    public void close() {}

    // A record equals another with the same name; a broker is itself.
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
