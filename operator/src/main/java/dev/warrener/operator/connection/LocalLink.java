package dev.warrener.operator.connection;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.messaging.local.LocalUsers;
import dev.warrener.messaging.local.SocketSearch;
import dev.warrener.messaging.report.ControllerError;
import dev.warrener.messaging.report.ControllerHello;
import dev.warrener.messaging.report.Report;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one control socket. Whoever answers there may be another program: the kernel is
 * asked whose process it is, it has to be the controller after which the socket is named, and what
 * it says counts only for that controller. Nothing that it does or doesn't do makes anybody wait:
 * one thread reads, one writes. Thread-safe.
 */
final class LocalLink {
  /** The most orders that wait for a controller that doesn't read. */
  private static final int MOST_WAITING = 100;

  private final SocketSearch.Socket socket;
  private final Namespace namespace;
  private final AtomicLong budget;
  private final BiConsumer<LocalLink, Report> reports;
  private final CountDownLatch answered = new CountDownLatch(1);
  private final BlockingQueue<byte[]> orders = new LinkedBlockingQueue<>(MOST_WAITING);
  private volatile @Nullable SocketChannel channel;
  private volatile @Nullable ControllerHello hello;
  private volatile @Nullable String refusal;
  private volatile boolean isBusy;

  /** The connection has ended, or could not be made. */
  private volatile boolean hasEnded;

  private volatile boolean isForbidden;

  /**
   * Connects, on a thread of its own.
   *
   * @param budget how many bytes may be read until the next order
   * @param reports takes what the controller reports
   */
  LocalLink(
      SocketSearch.Socket socket,
      Namespace namespace,
      AtomicLong budget,
      BiConsumer<LocalLink, Report> reports) {
    this.socket = socket;
    this.namespace = namespace;
    this.budget = budget;
    this.reports = reports;
    start("local-fleet", this::read);
  }

  private static void start(String name, Runnable task) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until somebody has answered, or it is clear that nobody does. */
  void awaitAnswer(long nanos) throws InterruptedException {
    boolean unused = answered.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
  }

  SocketSearch.Socket socket() {
    return socket;
  }

  /** Returns the controller's id; before it has answered, as the socket's name has it. */
  String controller() {
    var said = hello;
    return said == null ? LocalSockets.controllerOf(socket.path()) : said.controller();
  }

  /** Whether the controller is this user's own. */
  boolean isOwn() {
    try {
      return socket.owner().equals(LocalUsers.self());
    } catch (IOException e) {
      return false;
    }
  }

  String host() {
    var said = hello;
    return said == null ? "" : said.host();
  }

  /** Returns why this link is of no use, as a sentence; null if nothing is wrong. */
  @Nullable String refusal() {
    return refusal;
  }

  /**
   * Whether the controller has no room for another connection: it is there, and still has to
   * confirm.
   */
  boolean isBusy() {
    return isBusy;
  }

  /** Whether nobody is there, or nobody who counts. */
  boolean isOver() {
    return hasEnded && !isBusy;
  }

  /** Whether this user may not connect. */
  boolean isForbidden() {
    return isForbidden;
  }

  private void read() {
    try (var opened = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      opened.connect(UnixDomainSocketAddress.of(socket.path()));
      var peer = opened.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
      if (!mayAnswer(peer)) {
        refusal =
            socket.path()
                + " is answered by a process of user "
                + peer.getName()
                + ", and belongs to "
                + socket.owner().getName();
        return;
      }
      channel = opened;
      start("local-orders", () -> write(opened));
      var lines =
          new BoundedLines(new BufferedInputStream(Channels.newInputStream(opened)), budget);
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        take(line.get());
      }
    } catch (ConnectException e) {
      // Nobody listens: a dead controller has left its socket behind.
      LocalSockets.removeIfDead(socket.path());
    } catch (BoundedLines.TooMuchException e) {
      if (hello != null) {
        refusal =
            "controller " + controller() + " sent " + e.getMessage() + ": the rest was not read";
      }
    } catch (IOException e) {
      isForbidden =
          channel == null && !Files.isWritable(socket.path()) && Files.exists(socket.path());
    } finally {
      hasEnded = true;
      answered.countDown();
    }
  }

  private boolean mayAnswer(UserPrincipal peer) throws IOException {
    return peer.equals(socket.owner()) || LocalUsers.isRoot(peer) || peer.equals(LocalUsers.self());
  }

  private void take(byte[] line) throws IOException {
    try {
      var known = hello;
      if (known == null) {
        greet(line);
        return;
      }
      var report = ContractJson.read(line, Report.class);
      if (report.controller().equals(known.controller())) {
        reports.accept(this, report);
      }
    } catch (MalformedMessageException e) {
      // A message of a later release.
    }
  }

  private void greet(byte[] line) throws IOException {
    if (isRefused(line)) {
      throw new IOException("refused");
    }
    var said = ContractJson.read(line, ControllerHello.class);
    if (!LocalSockets.isOf(socket.path(), said.namespace(), said.controller())
        || !said.namespace().equals(namespace.name())) {
      refusal = socket.path() + " is answered by something that calls itself another controller";
      throw new IOException("an unknown controller");
    }
    hello = said;
    answered.countDown();
  }

  private boolean isRefused(byte[] line) {
    ControllerError error;
    try {
      error = ContractJson.read(line, ControllerError.class);
    } catch (MalformedMessageException e) {
      return false;
    }
    isBusy = ControllerError.BUSY.equals(error.code());
    refusal =
        isBusy
            ? "controller "
                + controller()
                + " has no room for another connection: it was not asked; try again in some"
                + " seconds, or as root, for whom it keeps places"
            : ControllerError.TASK.equals(error.code())
                ? "controller "
                    + controller()
                    + " refused this process: "
                    + error.because()
                    + ". Run the command outside of tasks, and not as a child of the controller"
                : "controller " + controller() + " takes no orders of this user";
    return true;
  }

  /** Returns why {@link #send} was false, without the name of the controller. */
  String whyUnreached() {
    var because = refusal;
    if (because != null) {
      return because;
    }
    if (hasEnded) {
      return "its connection has ended";
    }
    return channel == null ? "it has not connected yet" : "it does not read its orders";
  }

  /** Sends an order soon. Never blocks. Returns false if it can't arrive. */
  boolean send(byte[] json) {
    return channel != null && !hasEnded && orders.offer(json);
  }

  private void write(SocketChannel opened) {
    try {
      while (!hasEnded) {
        var json = orders.poll(1, TimeUnit.SECONDS);
        if (json == null) {
          continue;
        }
        var bytes = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
        while (bytes.hasRemaining()) {
          opened.write(bytes);
        }
      }
    } catch (IOException e) {
      // The reader notices the end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void close() {
    var opened = channel;
    try {
      if (opened != null) {
        opened.close();
      }
    } catch (IOException e) {
      // The connection is over either way.
    }
  }
}
