package dev.warrener.testbroker;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy in front of a broker that knows AMQP's frames. A {@link Gate} looks at each frame that
 * the broker sends, and may hold it for as long as it likes: what the broker sends behind it on
 * that connection waits, too, as on a slow network. Or it cuts the connection there. What clients
 * send passes at once. Thread-safe.
 */
public final class FrameProxy implements AutoCloseable {
  /** The methods that gates look for, as {@link Frame#method} returns them. */
  public static final int QUEUE_DECLARE_OK = method(50, 11);

  public static final int CONSUME_OK = method(60, 21);
  public static final int RETURN = method(60, 50);
  public static final int DELIVER = method(60, 60);
  public static final int ACK = method(60, 80);

  private static final int METHOD_FRAME = 1;
  private static final int BUFFER = 64 << 10;

  /**
   * A frame from the broker.
   *
   * @param connection the number of the connection to this proxy, from 1
   * @param channel the number of the channel
   * @param method the method, or 0 for a frame of another kind
   */
  public record Frame(int connection, int channel, int method) {}

  /** Decides about the frames of the broker. Called by one thread for each connection. */
  public interface Gate {
    /** Returns true to let the frame pass, now that this call ends; false to cut the connection. */
    boolean pass(Frame frame) throws InterruptedException;
  }

  private final URI broker;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Gate gate = frame -> true;

  /**
   * @param broker the address of the broker, with user and virtual host
   */
  public FrameProxy(URI broker) {
    this.broker = broker;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("frame-proxy").start(this::accept);
  }

  /** Returns the number of a method, as the frames of this class have it. */
  public static int method(int classId, int methodId) {
    return classId << 16 | methodId;
  }

  /** Returns the broker's address by this proxy. */
  public URI uri() {
    return URI.create(
        broker.getScheme()
            + "://"
            + broker.getRawUserInfo()
            + "@127.0.0.1:"
            + server.getLocalPort()
            + (broker.getRawPath() == null ? "" : broker.getRawPath()));
  }

  /** Sets the gate for all connections. */
  public void gate(Gate next) {
    gate = next;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var client = server.accept();
        sockets.add(client);
        var back = new Socket(broker.getHost(), broker.getPort());
        sockets.add(back);
        client.setTcpNoDelay(true);
        back.setTcpNoDelay(true);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().name("to-broker-" + number).start(() -> pump(client, back));
        Thread.ofVirtual().name("from-broker-" + number).start(() -> frames(number, back, client));
      } catch (IOException e) {
        // The broker is not there, or this is closed.
      }
    }
  }

  private void pump(Socket from, Socket to) {
    var buffer = new byte[BUFFER];
    try {
      int read = from.getInputStream().read(buffer);
      while (read >= 0) {
        to.getOutputStream().write(buffer, 0, read);
        read = from.getInputStream().read(buffer);
      }
    } catch (IOException e) {
      // One side is gone.
    }
    end(from, to);
  }

  private void frames(int connection, Socket from, Socket to) {
    try {
      var in = new DataInputStream(from.getInputStream());
      var out = to.getOutputStream();
      while (true) {
        int type = in.readUnsignedByte();
        int channel = in.readUnsignedShort();
        int size = in.readInt();
        var rest = in.readNBytes(size + 1);
        if (rest.length <= size) {
          throw new EOFException();
        }
        int method = type == METHOD_FRAME ? method(int16(rest, 0), int16(rest, 2)) : 0;
        if (!gate.pass(new Frame(connection, channel, method))) {
          break;
        }
        var frame = new byte[7 + rest.length];
        frame[0] = (byte) type;
        put16(frame, 1, channel);
        put16(frame, 3, size >>> 16);
        put16(frame, 5, size);
        System.arraycopy(rest, 0, frame, 7, rest.length);
        out.write(frame);
      }
    } catch (IOException e) {
      // One side is gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end(from, to);
  }

  private static int int16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  private void end(Socket... ended) {
    for (var socket : ended) {
      sockets.remove(socket);
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    end(sockets.toArray(Socket[]::new));
  }
}
