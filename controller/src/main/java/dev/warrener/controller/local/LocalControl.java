package dev.warrener.controller.local;

import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.messaging.report.Report;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket: accepts orders from users on this host, without a broker, and sends the
 * reports about them back on the same connection. It works as soon as the controller has its lock,
 * whether or not a broker was ever reached.
 *
 * <p>Only the controller's user, its group and root can connect: the socket has mode 0660, in a
 * folder that others can't enter. If somebody has opened that up, only the controller's user and
 * root are still obeyed. The socket gets its name only when it listens already, so a socket that
 * refuses a connection belongs to a dead controller.
 */
public final class LocalControl implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalControl.class);
  private static final int MOST_CONNECTIONS = 32;

  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The longest path of a socket in bytes, without the zero at its end. */
  private static final int LONGEST_PATH = 107;

  private final Path socket;
  private final ServerSocketChannel server;
  private final Supplier<ControllerHello> hello;
  private final Consumer<Event> events;
  private final Set<LocalConnection> connections = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile boolean closed;

  private LocalControl(
      Path socket,
      ServerSocketChannel server,
      Supplier<ControllerHello> hello,
      Consumer<Event> events) {
    this.socket = socket;
    this.server = server;
    this.hello = hello;
    this.events = events;
    this.thread = Thread.ofPlatform().name("local-control").daemon().unstarted(this::accept);
  }

  /**
   * Opens the socket, replacing that of a dead controller with the same id. Connections are
   * accepted after {@link #start}.
   *
   * @param namespace the fleet's namespace
   * @param hello the first line to every client
   * @param events takes the orders
   * @throws ConfigurationException if the socket can't be made
   */
  public static LocalControl open(
      ControllerLock lock,
      Namespace namespace,
      String controller,
      Supplier<ControllerHello> hello,
      Consumer<Event> events) {
    var socket = LocalSockets.socket(lock.directory(), namespace, controller).toAbsolutePath();
    var fresh = socket.resolveSibling(socket.getFileName() + ".new");
    if (fresh.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new ConfigurationException(
          "the path of the control socket "
              + fresh
              + " is too long: choose a shorter"
              + " runtime-directory");
    }
    try {
      protect(LocalSockets.folder(lock.directory()));
      Files.deleteIfExists(fresh);
      var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        server.bind(UnixDomainSocketAddress.of(fresh));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-rw----"));
        Files.move(
            fresh, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        server.close();
        throw e;
      }
      return new LocalControl(socket, server, hello, events);
    } catch (IOException e) {
      throw new ConfigurationException(
          "the control socket "
              + socket
              + " can't be made ("
              + e.getMessage()
              + "): make its directory writable for this user alone, or choose another"
              + " runtime-directory",
          e);
    }
  }

  /** Starts to accept connections. */
  public void start() {
    LOG.info("the control socket {} accepts orders", socket);
    thread.start();
  }

  /** Makes the folder, or ensures that nobody else owns it and no others can enter it. */
  private static void protect(Path folder) throws IOException {
    var mode = PosixFilePermissions.fromString("rwxr-x---");
    if (!Files.isDirectory(folder)) {
      try {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(mode));
      } catch (FileAlreadyExistsException e) {
        // Another controller of this host has just made it; or it is no folder, which the next
        // statement notices.
        LOG.debug("{} exists already", folder);
      }
    }
    // Fails unless the folder belongs to this user, or this user is root.
    Files.setPosixFilePermissions(folder, mode);
  }

  /** Sends a report to the clients that gave its order. Never blocks. */
  public void report(Report report) {
    if (connections.isEmpty()) {
      return;
    }
    byte @Nullable [] line = null;
    for (var connection : connections) {
      if (connection.wants(report.order())) {
        line = line == null ? ContractJson.write(report) : line;
        connection.send(line);
      }
    }
  }

  private void accept() {
    while (!closed) {
      try {
        welcome(server.accept());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | RuntimeException e) {
        // Perhaps too many files are open: the next connection may succeed.
        LOG.error("a connection to the control socket could not be accepted: {}", e.toString());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void welcome(SocketChannel channel) throws IOException {
    var refusal = connections.size() >= MOST_CONNECTIONS ? "too many connections" : null;
    String user = "";
    try {
      var peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
      user = peer.user().getName();
      if (!mayOrder(peer)) {
        refusal = "user " + user + " may not give orders to this controller";
      }
    } catch (IOException | UnsupportedOperationException e) {
      refusal = "the user at the other end is unknown: " + e.getMessage();
    }
    if (refusal != null) {
      LOG.warn("a connection to the control socket is closed: {}", refusal);
      channel.close();
      return;
    }
    var connection = new LocalConnection(channel, user, this::take, connections::remove);
    connections.add(connection);
    connection.send(ContractJson.write(hello.get()));
    connection.start();
  }

  /**
   * Whether a user may give orders. The kernel checks modes, but somebody may have changed them.
   */
  private boolean mayOrder(UnixDomainPrincipal peer) throws IOException {
    UserPrincipal owner = Files.getOwner(socket);
    return peer.user().equals(owner)
        || peer.user().getName().equals("root")
        || (!permissions(socket).contains(PosixFilePermission.OTHERS_WRITE)
            && !permissions(folder()).contains(PosixFilePermission.OTHERS_EXECUTE));
  }

  private Path folder() {
    return socket.resolveSibling(".");
  }

  private static Set<PosixFilePermission> permissions(Path path) throws IOException {
    return Files.getPosixFilePermissions(path);
  }

  private void take(LocalConnection from, byte[] line) {
    Order order;
    try {
      order = ContractJson.readOrder(line);
    } catch (MalformedMessageException | IllegalArgumentException e) {
      var id = idOf(line);
      var because = e.getMessage() == null ? "it can't be read" : e.getMessage();
      if (id == null) {
        from.complain(because);
      } else {
        from.follow(id);
      }
      events.accept(new Event.UnreadableOrder(id, from.user(), because, HeardOrder.Origin.LOCAL));
      return;
    }
    from.follow(order.id());
    events.accept(
        new Event.OrderArrived(new HeardOrder(order, from.user(), null, HeardOrder.Origin.LOCAL)));
  }

  private static @Nullable String idOf(byte[] line) {
    try {
      var id = line.length > Order.MAX_BYTES ? null : ContractJson.tree(line).get("id");
      return id != null && id.isString() ? id.stringValue() : null;
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  /** Accepts no more orders, and writes the reports that wait. A second call does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      Files.deleteIfExists(socket);
      server.close();
    } catch (IOException e) {
      LOG.debug("closing the control socket: {}", e.toString());
    }
    connections.forEach(LocalConnection::finish);
  }
}
