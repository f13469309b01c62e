package dev.warrener.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The network between one controller and the broker: a TCP proxy that can be broken in the ways in
 * which networks break. With several brokers a new connection goes to the first that takes it, as a
 * balancer in front of a cluster would do it. Thread-safe.
 */
final class FaultyWire implements AutoCloseable {
  /** What the wire does. */
  private enum State {
    /** It carries. */
    WHOLE,
    /** Connections are reset, and new ones too. */
    CUT,
    /** Nothing passes and nobody is told; new connections are taken and stay silent. */
    STALLED
  }

  /** One connection of a client, and the one that stands for it at the broker. */
  private record Pair(Socket client, Socket broker) {}

  private final List<URI> brokers;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private final Queue<Long> ends = new ConcurrentLinkedQueue<>();
  private final Object monitor = new Object();
  private State state = State.WHOLE;

  FaultyWire(URI... brokers) {
    this.brokers = List.of(brokers);
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("wire").start(this::accept);
  }

  /** The broker's address, by this wire. */
  String uri() {
    var broker = brokers.getFirst();
    return broker.getScheme()
        + "://"
        + broker.getRawUserInfo()
        + "@127.0.0.1:"
        + server.getLocalPort()
        + (broker.getRawPath() == null ? "" : broker.getRawPath());
  }

  /** Whether a connection ended, by whomever, between two readings of {@link System#nanoTime}. */
  boolean endedBetween(long from, long to) {
    return ends.stream().anyMatch(end -> end >= from && end <= to);
  }

  /** Resets every connection and refuses new ones, until {@link #heal}. */
  void cut() {
    to(State.CUT);
    resetAll();
  }

  /** A partition: nothing passes in either direction, and nobody is told, until {@link #heal}. */
  void stall() {
    to(State.STALLED);
  }

  /**
   * The worst of both: the broker sees its connections reset and gives the tasks to others, the
   * controller sees nothing. New connections stay silent until {@link #heal}.
   */
  void halfOpen() {
    to(State.STALLED);
    for (var pair : pairs) {
      reset(pair.broker());
    }
  }

  /** Carries again; what was held back by a stall arrives late. */
  void heal() {
    to(State.WHOLE);
  }

  private void to(State next) {
    synchronized (monitor) {
      state = next;
      monitor.notifyAll();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var client = server.accept();
        sockets.add(client);
        Thread.ofVirtual().name("wire-connection").start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try {
      var broker = awaitCarrying() ? connect() : null;
      if (broker == null) {
        reset(client);
        return;
      }
      sockets.add(broker);
      var pair = new Pair(client, broker);
      pairs.add(pair);
      Thread.ofVirtual().name("wire-back").start(() -> pump(pair, broker, client));
      pump(pair, client, broker);
    } catch (InterruptedException e) {
      reset(client);
    }
  }

  private @Nullable Socket connect() {
    for (var uri : brokers) {
      var socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), 2000);
        return socket;
      } catch (IOException e) {
        reset(socket);
      }
    }
    return null;
  }

  private void pump(Pair pair, Socket from, Socket to) {
    var buffer = new byte[16 * 1024];
    try {
      var in = from.getInputStream();
      var out = to.getOutputStream();
      int read = in.read(buffer);
      while (read >= 0 && awaitCarrying()) {
        out.write(buffer, 0, read);
        read = in.read(buffer);
      }
      awaitCarrying();
    } catch (IOException e) {
      // One side is gone; the other hears of it as soon as the wire carries.
      waitUninterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pairs.remove(pair);
    ends.add(System.nanoTime());
    reset(from);
    reset(to);
  }

  private void waitUninterruptibly() {
    try {
      awaitCarrying();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits while the wire is stalled; false if it is cut. */
  private boolean awaitCarrying() throws InterruptedException {
    synchronized (monitor) {
      while (state == State.STALLED && !server.isClosed()) {
        monitor.wait();
      }
      return state == State.WHOLE && !server.isClosed();
    }
  }

  private void resetAll() {
    new ArrayList<>(sockets).forEach(this::reset);
    pairs.clear();
  }

  private void reset(Socket socket) {
    sockets.remove(socket);
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // It is closed already.
    }
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    to(State.CUT);
    resetAll();
  }
}
