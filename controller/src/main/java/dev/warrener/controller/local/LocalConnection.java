package dev.warrener.controller.local;

import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.order.Order;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the control socket. One thread reads lines, one writes them. A client that does
 * not read is disconnected when 10,000 lines wait. Thread-safe.
 */
final class LocalConnection {
  private static final Logger LOG = LoggerFactory.getLogger(LocalConnection.class);
  private static final int MOST_WAITING = 10_000;
  private static final Duration GOODBYE = Duration.ofSeconds(1);

  /** The last entry of the queue: the writer ends when it takes it. */
  private static final byte[] END = new byte[0];

  private final SocketChannel channel;
  private final String user;
  private final BiConsumer<LocalConnection, byte[]> lines;
  private final Consumer<LocalConnection> ended;
  private final Set<String> orders = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private volatile boolean isGone;
  private final Thread reader;
  private final Thread writer;

  /**
   * Wraps an accepted connection.
   *
   * @param user the user at the other end, as the kernel says
   * @param lines takes the lines that are read
   * @param ended is called when the connection is over
   */
  LocalConnection(
      SocketChannel channel,
      String user,
      BiConsumer<LocalConnection, byte[]> lines,
      Consumer<LocalConnection> ended) {
    this.channel = channel;
    this.user = user;
    this.lines = lines;
    this.ended = ended;
    // Platform threads, because a kill waits for them.
    reader = Thread.ofPlatform().name("local-reader").daemon().unstarted(this::read);
    writer = Thread.ofPlatform().name("local-writer").daemon().unstarted(this::write);
  }

  void start() {
    writer.start();
    reader.start();
  }

  String user() {
    return user;
  }

  /** Sends reports about an order from now on. */
  void follow(String order) {
    orders.add(order);
  }

  boolean wants(String order) {
    return orders.contains(order);
  }

  /** Writes a line soon. Never blocks. */
  void send(byte[] line) {
    if (!isGone && !waiting.offer(line)) {
      LOG.warn("user {} does not read from the control socket: the connection is closed", user);
      close();
    }
  }

  /** Reports why a line was no order, if it had no id that a report could name. */
  void complain(String because) {
    send(ContractJson.write(Map.of("version", 1, "type", "controller.error", "because", because)));
  }

  private void read() {
    try (InputStream in = new BufferedInputStream(Channels.newInputStream(channel))) {
      var line = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next != '\n') {
          line.write(next);
        } else if (line.size() > 0) {
          lines.accept(this, line.toByteArray());
          line.reset();
        }
        if (line.size() > Order.MAX_BYTES) {
          complain("an order has at most " + Order.MAX_BYTES + " bytes in one line");
          break;
        }
      }
    } catch (IOException e) {
      LOG.debug("the control socket: {}", e.toString());
    }
    finish();
  }

  private void write() {
    try {
      for (var line = waiting.take(); line.length > 0; line = waiting.take()) {
        var bytes = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException | InterruptedException e) {
      // A client that is gone may have left an order in the socket: it is still read.
      LOG.debug("the control socket: {}", e.toString());
      isGone = true;
    }
  }

  /** Closes the connection when the lines that wait are written, or after a second. */
  void finish() {
    if (!waiting.offer(END)) {
      close();
    }
    try {
      writer.join(GOODBYE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  private void close() {
    ended.accept(this);
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing a local connection: {}", e.toString());
    }
  }
}
