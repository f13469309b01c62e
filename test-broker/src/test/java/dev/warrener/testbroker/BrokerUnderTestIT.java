package dev.warrener.testbroker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BrokerUnderTestIT {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  @Test
  void theSharedBrokerTakesConnections() throws Exception {
    var broker = TestBroker.get();

    assertThat(TestBroker.get()).isSameAs(broker);
    try (var connection = connect(broker.uri())) {
      assertThat(connection.getServerProperties().get("version"))
          .asString()
          .isEqualTo(broker.version());
    }
    assertThat(broker.description()).contains(broker.version());
    assertThat(broker.capabilities().contains(Capability.RABBITMQ))
        .isEqualTo(broker.kind() == BrokerKind.RABBITMQ);
  }

  @Test
  void freshVhostsAreKeptApart() throws Exception {
    try (var one = TestBroker.get().freshVhost();
        var other = TestBroker.get().freshVhost()) {
      assertThat(one.uri() + one.namespace()).isNotEqualTo(other.uri() + other.namespace());
      try (var connection = connect(one.uri());
          var channel = connection.createChannel()) {
        channel.queueDeclare(one.namespace() + ".q", true, false, false, null);
      }
      try (var connection = connect(other.uri())) {
        var channel = connection.createChannel();
        assertThatThrownBy(() -> channel.queueDeclarePassive(other.namespace() + ".q"))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void aVhostIsGoneWhenItIsClosed() throws Exception {
    var vhost = TestBroker.get().freshVhost();
    var connection = connect(vhost.uri());
    var lost = new CountDownLatch(1);
    connection.addShutdownListener(cause -> lost.countDown());

    vhost.close();
    vhost.close();

    assertThat(lost.await(30, SECONDS)).isTrue();
    assertThatThrownBy(() -> connect(vhost.uri())).isInstanceOf(IOException.class);
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker has one user", with = Capability.USERS)
  void aUserMayDoWhatItsPermissionsSayAndNoMore() throws Exception {
    try (var vhost = TestBroker.get().freshVhost()) {
      var ana = vhost.createUser("ana b/c", "p@ss \"w\\d", "^mine\\..*$", "^$", "^$");
      try (var connection = connect(ana)) {
        var channel = connection.createChannel();
        channel.queueDeclare("mine.q", true, false, false, null);
        assertThatThrownBy(() -> channel.queueDeclare("other", true, false, false, null))
            .isInstanceOf(IOException.class)
            .hasStackTraceContaining("ACCESS_REFUSED");
      }
    }
  }

  @Test
  @NeedsRabbitMq("the embedded broker knows no quorum queues and no streams")
  void quorumQueuesAndStreamsWork() throws Exception {
    try (var vhost = TestBroker.get().freshVhost();
        var connection = connect(vhost.uri());
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      for (var type : new String[] {"quorum", "stream"}) {
        var queue = vhost.namespace() + "." + type;
        channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", type));
        channel.basicPublish("", queue, true, MessageProperties.PERSISTENT_BASIC, HELLO);
      }
      channel.waitForConfirmsOrDie(30_000);
    }
  }

  @Test
  @NeedsRabbitMq(value = "the embedded broker forgets all", with = Capability.RESTARTS)
  void anOwnRabbitMqKeepsWhatIsDurableOverARestart() throws Exception {
    try (var broker = TestBroker.own()) {
      assertThat(broker.uri()).isNotEqualTo(TestBroker.get().uri());
      publishOne(broker.uri());

      broker.stop();
      assertThatThrownBy(() -> connect(broker.uri())).isInstanceOf(IOException.class);
      broker.start();

      try (var connection = connect(broker.uri());
          var channel = connection.createChannel()) {
        assertThat(channel.queueDeclarePassive("kept").getMessageCount()).isEqualTo(1);
      }
    }
  }

  @Nested
  @NeedsRabbitMq(value = "the broker is broken on purpose", with = Capability.FAULTS)
  class Broken {
    @Test
    void aKillCutsConnectionsAndAStartBringsItBack() throws Exception {
      try (var broker = TestBroker.own()) {
        var connection = connect(broker.uri());
        var lost = new CountDownLatch(1);
        connection.addShutdownListener(cause -> lost.countDown());

        broker.kill();

        assertThat(lost.await(30, SECONDS)).isTrue();
        assertThatThrownBy(() -> connect(broker.uri())).isInstanceOf(IOException.class);
        broker.start();
        connect(broker.uri()).close();
      }
    }

    @Test
    void anAlarmBlocksPublishersUntilItIsCleared() throws Exception {
      try (var broker = TestBroker.own();
          var connection = connect(broker.uri());
          var channel = connection.createChannel()) {
        var blocked = new CountDownLatch(1);
        var unblocked = new CountDownLatch(2);
        connection.addBlockedListener(
            new BlockedListener() {
              @Override
              public void handleBlocked(String reason) {
                blocked.countDown();
              }

              @Override
              public void handleUnblocked() {
                unblocked.countDown();
              }
            });
        channel.queueDeclare("work", true, false, false, null);

        broker.raiseMemoryAlarm();
        channel.basicPublish("", "work", new BasicProperties(), HELLO);
        assertThat(blocked.await(30, SECONDS)).isTrue();
        broker.clearMemoryAlarm();
        Poll.until("unblocked once", RabbitMqBroker.START_LIMIT, () -> unblocked.getCount() == 1);

        broker.raiseDiskAlarm();
        channel.basicPublish("", "work", new BasicProperties(), HELLO);
        broker.clearDiskAlarm();
        assertThat(unblocked.await(30, SECONDS)).isTrue();
      }
    }

    @Test
    void aPausedBrokerIsSilentAndGoesOnWhenItIsResumed() throws Exception {
      try (var broker = TestBroker.own()) {
        broker.pause();
        assertThat(Handshake.succeeds(broker.uri())).isFalse();

        broker.resume();
        assertThatCode(() -> connect(broker.uri()).close()).doesNotThrowAnyException();
      }
    }
  }

  private static void publishOne(URI uri) throws Exception {
    try (var connection = connect(uri);
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      channel.queueDeclare("kept", true, false, false, null);
      channel.basicPublish("", "kept", true, MessageProperties.PERSISTENT_BASIC, HELLO);
      channel.waitForConfirmsOrDie(30_000);
    }
  }

  private static Connection connect(URI uri) throws Exception {
    var factory = new ConnectionFactory();
    factory.setUri(uri);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(5000);
    factory.setHandshakeTimeout(5000);
    return factory.newConnection("test");
  }
}
