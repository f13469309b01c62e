package dev.warrener.embedded;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.slf4j.LoggerFactory;

class EmbeddedBrokerTest {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  class WhileItRuns {
    @AutoClose final EmbeddedBroker broker = EmbeddedBroker.start();

    @Test
    void confirmsAndDeliversAMessage() throws Exception {
      try (var connection = connect(broker);
          var channel = connection.createChannel()) {
        channel.confirmSelect();
        var queue = channel.queueDeclare("work", true, false, false, null).getQueue();
        channel.basicPublish("", queue, true, MessageProperties.PERSISTENT_BASIC, HELLO);
        channel.waitForConfirmsOrDie(10_000);

        assertThat(bodies(channel, queue).poll(10, SECONDS)).isEqualTo("hello");
      }
    }

    @Test
    void listensOnLoopbackOnly() throws Exception {
      assertThat(broker.host()).isEqualTo("127.0.0.1");
      var elsewhere =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> !address.getHostAddress().equals("127.0.0.1"))
              .toList();
      for (InetAddress address : elsewhere) {
        try (var socket = new Socket()) {
          assertThatThrownBy(
                  () -> socket.connect(new InetSocketAddress(address, broker.port()), 2000))
              .describedAs("%s", address)
              .isInstanceOf(IOException.class);
        }
      }
    }

    @Test
    void refusesAnotherPassword() {
      var factory = new ConnectionFactory();
      factory.setHost(broker.host());
      factory.setPort(broker.port());
      factory.setUsername(broker.user());
      factory.setPassword(broker.password() + "x");

      assertThatThrownBy(factory::newConnection)
          .isInstanceOf(PossibleAuthenticationFailureException.class);
    }

    @Test
    void isSeparateFromAnotherOneBesideIt() throws Exception {
      try (var other = EmbeddedBroker.start();
          var connection = connect(broker);
          var channel = connection.createChannel();
          var otherConnection = connect(other)) {
        var otherChannel = otherConnection.createChannel();
        assertThat(other.port()).isNotEqualTo(broker.port());
        assertThat(other.password()).isNotEqualTo(broker.password());
        channel.queueDeclare("here", true, false, false, null);

        assertThatThrownBy(() -> otherChannel.queueDeclarePassive("here"))
            .hasRootCauseInstanceOf(ShutdownSignalException.class);
      }
    }

    @Test
    void aTakenPortIsToldInASentence() throws Exception {
      assertThatThrownBy(() -> EmbeddedBroker.start(broker.port()))
          .isInstanceOf(EmbeddedBrokerException.class)
          .hasMessageContaining("port " + broker.port() + " on 127.0.0.1")
          .hasMessageContaining("choose another port");
    }

    @Test
    void neverShowsItsPassword() {
      assertThat(broker.toString())
          .contains(Integer.toString(broker.port()))
          .doesNotContain(broker.password());
    }

    @Test
    void aRejectedMessageIsDiscardedAndNotRequeued() throws Exception {
      try (var connection = connect(broker);
          var channel = connection.createChannel()) {
        channel.confirmSelect();
        var queue = channel.queueDeclare("rejected", true, false, false, null).getQueue();
        channel.basicPublish("", queue, null, HELLO);
        channel.basicPublish("", queue, null, "last".getBytes(StandardCharsets.UTF_8));
        channel.waitForConfirmsOrDie(10_000);
        var seen = new LinkedBlockingQueue<String>();
        channel.basicQos(1);
        channel.basicConsume(
            queue,
            false,
            (tag, delivery) -> {
              channel.basicReject(delivery.getEnvelope().getDeliveryTag(), false);
              seen.add(new String(delivery.getBody(), StandardCharsets.UTF_8));
            },
            tag -> {});

        assertThat(seen.poll(10, SECONDS)).isEqualTo("hello");
        assertThat(seen.poll(10, SECONDS)).isEqualTo("last");
        assertThat(channel.queueDelete(queue).getMessageCount()).isZero();
        assertThat(seen).isEmpty();
      }
    }

    @Test
    void anEmptyTableAsHeaderIsRefusedAndNotDroppedLater() throws Exception {
      var connection = connect(broker);
      var closed = new CountDownLatch(1);
      connection.addShutdownListener(cause -> closed.countDown());
      var channel = connection.createChannel();
      channel.queueDeclare("headers", true, false, false, null);
      var properties = new BasicProperties.Builder().headers(Map.of("x-empty", Map.of())).build();
      channel.basicPublish("", "headers", properties, HELLO);

      assertThat(closed.await(10, SECONDS)).isTrue();
    }

    @Test
    void anExpiredMessageGoesToItsAlternateWithinSeconds() throws Exception {
      try (var connection = connect(broker);
          var channel = connection.createChannel()) {
        channel.exchangeDeclare("back", "fanout", true);
        channel.queueDeclare("expired", true, false, false, null);
        channel.queueBind("expired", "back", "");
        channel.queueDeclare(
            "retry",
            true,
            false,
            false,
            Map.of(
                "maximumMessageTtl",
                100L,
                "expiryPolicy",
                "ROUTE_TO_ALTERNATE",
                "alternateExchange",
                "back"));
        channel.basicPublish("", "retry", MessageProperties.PERSISTENT_BASIC, HELLO);

        assertThat(bodies(channel, "expired").poll(10, SECONDS)).isEqualTo("hello");
      }
    }

    @Test
    void proposesHeartbeatsAndManyChannels() throws Exception {
      var factory = new ConnectionFactory();
      factory.setUri(broker.uri());
      factory.setRequestedHeartbeat(0);
      factory.setRequestedChannelMax(0);
      try (var connection = factory.newConnection()) {
        assertThat(connection.getHeartbeat()).isEqualTo(30);
        assertThat(connection.getChannelMax()).isGreaterThan(1000);
      }
    }

    @Test
    void aWorkingBrokerLogsNothing() throws Exception {
      Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
      var root = (Logger) LoggerFactory.getLogger("ROOT");
      var appender =
          new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
              events.add(event);
            }
          };
      appender.start();
      root.addAppender(appender);
      try (var another = EmbeddedBroker.start();
          var connection = connect(another);
          var channel = connection.createChannel()) {
        channel.queueDeclare("work", true, false, false, null);
      } finally {
        root.detachAppender(appender);
      }
      assertThat(events).isEmpty();
    }
  }

  @Test
  void aFreePortCanBeGiven() throws Exception {
    int port = freePort();
    try (var broker = EmbeddedBroker.start(port);
        var connection = connect(broker)) {
      assertThat(broker.port()).isEqualTo(port);
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void anotherBrokerCanTakeThePlaceOfAClosedOne() throws Exception {
    var first = EmbeddedBroker.start(0, "p@ss:/word");
    var uri = first.uri();
    first.close();
    try (var second = EmbeddedBroker.start(first.port(), "p@ss:/word");
        var connection = connect(second)) {
      assertThat(second.uri()).isEqualTo(uri);
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void theUserCanBeChosenAndIsTheOnlyOne() throws Exception {
    try (var broker = EmbeddedBroker.start(0, "an a", "p@ss:/word")) {
      var factory = new ConnectionFactory();
      factory.setUri(broker.uri());
      assertThat(factory.getUsername()).isEqualTo("an a");
      factory.newConnection().close();

      factory.setUsername("warrener");
      assertThatThrownBy(factory::newConnection)
          .isInstanceOf(PossibleAuthenticationFailureException.class);
    }
  }

  @Test
  void anImpossiblePortIsRefused() {
    assertThatThrownBy(() -> EmbeddedBroker.start(70_000))
        .isInstanceOf(EmbeddedBrokerException.class)
        .hasMessage("port must be 0 to 65535, not 70000");
  }

  @Test
  void closeLeavesNoThreadNoPortAndNoFile() throws Exception {
    EmbeddedBroker.start().close();
    var before = threads();

    var broker = EmbeddedBroker.start();
    var connection = connect(broker);
    var lost = new CountDownLatch(1);
    connection.addShutdownListener(cause -> lost.countDown());
    broker.close();

    assertThat(lost.await(10, SECONDS)).isTrue();
    awaitNoNewThread(before);
    assertThatThrownBy(() -> new Socket(broker.host(), broker.port()).close())
        .isInstanceOf(ConnectException.class);
    assertThat(EmbeddedBroker.WORK_FOLDER).doesNotExist();
  }

  @Test
  void closingTwiceAndAtOnceIsFine() throws Exception {
    var broker = EmbeddedBroker.start();
    var closers = List.of(new Thread(broker::close), new Thread(broker::close));
    closers.forEach(Thread::start);
    for (var closer : closers) {
      closer.join();
    }
    broker.close();

    assertThatThrownBy(() -> connect(broker)).isInstanceOf(ConnectException.class);
  }

  @Test
  void aFailedStartLeavesNoThreadAndNoPort() throws Exception {
    EmbeddedBroker.start().close();
    var before = threads();
    int port = freePort();
    URL broken = Objects.requireNonNull(EmbeddedBrokerTest.class.getResource("broken.json"));

    // The broker prints a start-up error with its stack; here it is expected.
    var launcherLog = (Logger) LoggerFactory.getLogger("org.apache.qpid.server.SystemLauncher");
    var out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    launcherLog.setLevel(Level.OFF);
    try {
      assertThatThrownBy(() -> EmbeddedBroker.start(port, "warrener", "secret", broken))
          .isInstanceOf(EmbeddedBrokerException.class)
          .hasMessageStartingWith("the embedded broker could not start: ");
    } finally {
      launcherLog.setLevel(null);
      System.setOut(out);
    }

    awaitNoNewThread(before);
    try (var again = new ServerSocket(port)) {
      assertThat(again.isBound()).isTrue();
    }
  }

  @Test
  void theUriAloneIsEnoughForAClient() throws Exception {
    try (var broker = EmbeddedBroker.start()) {
      var uri = URI.create(broker.uri().toString());
      assertThat(uri.getUserInfo()).isEqualTo(broker.user() + ":" + broker.password());
      var factory = new ConnectionFactory();
      factory.setUri(uri);
      try (var connection = factory.newConnection()) {
        assertThat(connection.getServerProperties().get("product")).asString().contains("Qpid");
      }
    }
  }

  private static Connection connect(EmbeddedBroker broker) throws Exception {
    var factory = new ConnectionFactory();
    factory.setUri(broker.uri());
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }

  private static LinkedBlockingQueue<String> bodies(Channel channel, String queue)
      throws IOException {
    var bodies = new LinkedBlockingQueue<String>();
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) -> bodies.add(new String(delivery.getBody(), StandardCharsets.UTF_8)),
        tag -> {});
    return bodies;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet();
  }

  /** Waits for each thread that was not there before; fails if one is still there after 10 s. */
  private static void awaitNoNewThread(Set<Thread> before) throws InterruptedException {
    for (var thread : threads()) {
      if (!before.contains(thread) && thread != Thread.currentThread()) {
        thread.join(10_000);
      }
    }
    assertThat(threads().stream().filter(Thread::isAlive).collect(Collectors.toSet()))
        .isSubsetOf(before);
  }
}
