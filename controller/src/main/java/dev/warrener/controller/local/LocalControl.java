package dev.warrener.controller.local;

import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.controller.process.ControllerLock;
import dev.warrener.controller.process.Provenance;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.UnixSockets;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.ControllerError;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.messaging.report.Report;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket: accepts orders from users on this host, without a broker, and sends the
 * reports about them back on the same connection. It works as soon as the controller has its lock,
 * whether or not a broker was ever reached.
 *
 * <p>Only the controller's user, its group and root can connect. A task runs as the controller's
 * user too, so the kernel is asked which process has connected, and a task's is refused ({@link
 * Provenance}). Nobody can occupy all connections ({@link Places}). Whoever is refused gets a line
 * that says why.
 */
public final class LocalControl implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalControl.class);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int READY_THREADS = 4;

  /** Replaced by {@link #look}. */
  private volatile ControlSocket socket;

  private final Supplier<ControllerHello> hello;
  private final Consumer<Event> events;
  private final Set<LocalConnection> connections = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  /**
   * Platform threads, because a kill waits for them. Four exist from the start, so that two
   * connections can be served also when tasks have left no room for another process or thread.
   */
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          READY_THREADS,
          Integer.MAX_VALUE,
          1,
          TimeUnit.MINUTES,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name("local-connection-", 1).daemon().factory());

  private volatile boolean closed;

  /** Owned by the thread. */
  private final Refusals refusals = new Refusals();

  private LocalControl(
      ControlSocket socket, Supplier<ControllerHello> hello, Consumer<Event> events) {
    this.socket = socket;
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
    Provenance.noteOwnSigns();
    var path = LocalSockets.socket(lock.directory(), namespace, controller).toAbsolutePath();
    return new LocalControl(ControlSocket.listen(path), hello, events);
  }

  /** Starts to accept connections. */
  public void start() {
    LOG.info("the control socket {} accepts orders", socket);
    threads.prestartAllCoreThreads();
    thread.start();
  }

  /**
   * Makes the socket anew if it has lost its name: a task, or whoever cleans up the temporary
   * folder, can remove it, and a task can put a socket of its own there. To be called from time to
   * time, by one thread.
   */
  public void look() {
    var current = socket;
    if (closed || current.isInPlace()) {
      return;
    }
    LOG.error(
        "the control socket {} was removed or replaced by another program; it is made again."
            + " Another program of this user, such as a task, may have answered local commands in"
            + " its place",
        current);
    try {
      socket = current.again();
      current.end();
    } catch (ConfigurationException e) {
      LOG.error("{}", e.getMessage());
    }
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
    var current = socket;
    while (!closed) {
      if (current != socket) {
        current.close();
        current = socket;
      }
      int descriptor = current.accept();
      if (descriptor >= 0) {
        tryToWelcome(descriptor);
      } else if (!closed && current == socket) {
        // Perhaps too many files are open: the next connection may succeed.
        LOG.error(
            "a connection to the control socket could not be accepted (error {})", descriptor);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
    current.close();
  }

  /** Welcomes one client, whose failure must not keep out those that come after it. */
  private void tryToWelcome(int descriptor) {
    try {
      welcome(descriptor);
    } catch (RuntimeException e) {
      LOG.error("a bug: a connection to the control socket was not served", e);
    }
  }

  private void welcome(int descriptor) {
    Peer peer;
    boolean isAdmitted;
    try {
      peer = Peer.of(descriptor);
      isAdmitted = socket.admits(peer.uid());
    } catch (IOException | RuntimeException e) {
      LOG.warn("a connection to the control socket is closed: {}", e.toString());
      Kernel.close(descriptor);
      return;
    }
    if (peer.suspicion() != null) {
      refuse(
          descriptor,
          peer,
          ControllerError.TASK,
          peer.suspicion() + ", and tasks may not give orders");
    } else if (!isAdmitted) {
      refuse(descriptor, peer, ControllerError.USER, "that user may not give orders here");
    } else {
      seat(descriptor, peer);
    }
  }

  private void seat(int descriptor, Peer peer) {
    var verdict = Places.decide(peer, List.copyOf(connections));
    switch (verdict) {
      case Places.Verdict.None<LocalConnection>(var because) -> {
        refuse(descriptor, peer, ControllerError.BUSY, because);
        return;
      }
      case Places.Verdict.InPlaceOf<LocalConnection>(var other) -> {
        LOG.warn("closes the idle connection of {}, to have room for {}", other.peer(), peer);
        connections.remove(other);
        other.breakOff();
      }
      case Places.Verdict.Free<LocalConnection>() -> {}
    }
    byte[] first;
    try {
      first = ContractJson.write(hello.get());
    } catch (RuntimeException e) {
      Kernel.close(descriptor);
      throw e;
    }
    var connection = new LocalConnection(descriptor, peer, this::take, connections::remove);
    connections.add(connection);
    connection.send(first);
    if (!connection.start(threads)) {
      LOG.error(
          "the connection of {} to the control socket is closed, because no thread can be started"
              + " for it: raise the limit on processes of this user or host, or stop tasks",
          peer);
    }
  }

  /** Tells the other end why it is refused, closes the connection, and records it. */
  private void refuse(int descriptor, Peer peer, String code, String because) {
    try {
      var line = ContractJson.write(ControllerError.of(code, because));
      var bytes = Arrays.copyOf(line, line.length + 1);
      bytes[line.length] = '\n';
      // It is the first line of a new connection, for which there is room.
      int ignored = UnixSockets.send(descriptor, bytes, 0, false);
    } finally {
      Kernel.close(descriptor);
    }
    refusals
        .note(because, System.nanoTime())
        .ifPresent(sentence ->
            events.accept(new Event.ConnectionRefused(peer.user(), peer.toString(), sentence)));
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
      events.accept(
          new Event.UnreadableOrder(id, from.peer().user(), because, HeardOrder.Origin.LOCAL));
      return;
    }
    from.follow(order.id());
    events.accept(
        new Event.OrderArrived(
            new HeardOrder(order, from.peer().user(), null, HeardOrder.Origin.LOCAL)));
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
    socket.shutDown();
    if (thread.getState() == Thread.State.NEW) {
      socket.close();
    }
    connections.forEach(LocalConnection::finish);
    threads.shutdown();
  }
}
