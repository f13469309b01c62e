package dev.warrener.operator.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.order.Order;
import dev.warrener.operator.connection.FleetConnection.Heard;
import dev.warrener.operator.connection.FleetConnection.Sent;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.UnknownTargetException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that are no controllers, or that want to be taken for another one. */
@Timeout(60)
class LocalLinkTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createDirectory(
        directory.resolve("control"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
  }

  @AfterEach
  void close() throws Exception {
    for (var each : open) {
      each.close();
    }
  }

  @Test
  void peerSpeaksForTheControllerOfItsSocketAlone() throws Exception {
    listen(
        "c1",
        channel -> {
          write(channel, hello("c1"));
          var order = readLine(channel);
          write(channel, done("c2", id(order)));
          write(channel, done("c1", id(order)));
        });
    var connection = connect();

    assertThat(connection.send(order())).isInstanceOf(Sent.Broadcast.class);

    assertThat(connection.next(LONG))
        .get()
        .satisfies(heard -> assertThat(controller(heard)).isEqualTo("c1"));
    assertThat(connection.next(SHORT)).isEmpty();
  }

  @Test
  void peerThatCallsItselfAnotherControllerIsNotAsked() throws IOException {
    listen("c1", channel -> write(channel, hello("c2")));

    assertThatThrownBy(this::connect)
        .isInstanceOf(NotAllowedException.class)
        .hasMessageContaining(
            "c1@warrener.socket is answered by something that calls itself another");
  }

  @Test
  void lineWithoutEndIsReadToABound() throws IOException {
    listen(
        "c1",
        channel -> {
          var blanks = new byte[1 << 20];
          while (true) {
            channel.write(ByteBuffer.wrap(blanks));
          }
        });

    assertThatThrownBy(this::connect).isInstanceOf(UnknownTargetException.class);
  }

  @Test
  void reportsWithoutEndAreReadToABound() throws Exception {
    listen(
        "c1",
        channel -> {
          write(channel, hello("c1"));
          var id = id(readLine(channel));
          while (true) {
            write(channel, done("c1", id).replace("[]", "[\"" + "x".repeat(100_000) + "\"]"));
          }
        });
    var connection = connect();
    connection.send(order());
    int count = 0;
    while (connection.next(Duration.ofSeconds(2)).isPresent()) {
      count++;
    }

    assertThat(count).isBetween(1, 400);
  }

  @Test
  void peerThatNeitherReadsNorSpeaksHoldsNobodyUp() throws Exception {
    listen("c1", channel -> Thread.currentThread().join());
    Files.writeString(directory.resolve("c1.lock"), "c1/1/2/1/4\n");
    var connection = connect();

    Sent last = connection.send(order());
    for (int i = 0; i < 5_000 && last instanceof Sent.Broadcast; i++) {
      last = connection.send(order());
    }

    assertThat(last).isInstanceOf(Sent.NobodyListens.class);
    assertThat(connection.expected()).hasSize(1);
    // What stands in the lock is a claim: process 1 is not to be killed.
    assertThat(connection.lastResort("c1"))
        .get()
        .asString()
        .startsWith("Nobody can tell which process it is: no visible process of user ")
        .doesNotContain("kill -KILL");
  }

  @Test
  void controllerThatRefusesIsToldFromOneThatIsNotThere() throws Exception {
    assertThatThrownBy(this::connect).isInstanceOf(UnknownTargetException.class);
    listen("c1", channel -> write(channel, error("task")));

    assertThatThrownBy(this::connect)
        .isInstanceOf(NotAllowedException.class)
        .hasMessageContaining("controller c1 refused this process: ");

    listen("c2", channel -> write(channel, error("busy")));
    var connection = connect();
    // It is there, and has not confirmed.
    assertThat(connection.expected())
        .singleElement()
        .satisfies(one -> assertThat(one.id()).isEqualTo("c2"));
    assertThat(connection.send(order())).isInstanceOf(Sent.NobodyListens.class);
    assertThat(connection.notAsked()).anyMatch(line -> line.contains("c2 has no room"));
  }

  private interface Peer {
    void talk(SocketChannel channel) throws Exception;
  }

  private void listen(String controller, Peer peer) throws IOException {
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    open.add(server);
    var socket = directory.resolve("control").resolve(controller + "@warrener.socket");
    server.bind(UnixDomainSocketAddress.of(socket));
    var thread =
        new Thread(() -> {
          while (true) {
            try (var channel = server.accept()) {
              peer.talk(channel);
              readLine(channel);
            } catch (AsynchronousCloseException e) {
              return;
            } catch (Exception e) {
              // The other end has gone; or the test is over.
              if (!server.isOpen()) {
                return;
              }
            }
          }
        });
    thread.setDaemon(true);
    thread.start();
  }

  private LocalFleetConnection connect() throws InterruptedException {
    var connection =
        LocalFleetConnection.open(
            List.of(directory), false, Namespace.DEFAULT, InstantSource.system());
    open.add(connection);
    return connection;
  }

  private static String controller(Heard heard) {
    return ((Heard.OfReport) heard).report().controller();
  }

  private static Order order() {
    return OrderFactory.rollCall("a person", Instant.now());
  }

  private static String id(String order) {
    return order.replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1");
  }

  private static String hello(String controller) {
    return """
    {"version":1,"type":"controller.hello","controller":"%s","host":"h","namespace":"warrener",\
    "pid":1,"software":"x","connected":true}\
    """
        .formatted(controller);
  }

  private static String error(String code) {
    return """
    {"version":1,"type":"controller.error","because":"x","code":"%s"}\
    """
        .formatted(code);
  }

  private static String done(String controller, String order) {
    return """
    {"version":1,"type":"controller.done","order":"%s","controller":"%s","host":"h",\
    "at":"2026-11-28T08:00:00Z","sequence":2,"workers":1,"tasks":0,"backlog":0,"state":"held",\
    "tookMicros":1,"failed":[]}\
    """
        .formatted(order, controller);
  }

  private static void write(SocketChannel channel, String line) throws IOException {
    var bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String readLine(SocketChannel channel) throws IOException {
    var line = new StringBuilder();
    var one = ByteBuffer.allocate(1);
    while (channel.read(one.clear()) > 0 && one.get(0) != '\n') {
      line.append((char) one.get(0));
    }
    return line.toString();
  }
}
