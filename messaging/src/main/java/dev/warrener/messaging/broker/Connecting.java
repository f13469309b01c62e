package dev.warrener.messaging.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.SocketConfigurators;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import dev.warrener.messaging.broker.wire.RepairingConnectionFactory;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a connection to the broker, with the settings that all of ours have. */
public final class Connecting {
  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);

  /**
   * The largest message that the client accepts. With its default of 64 MiB a larger message would
   * break each new connection again.
   */
  private static final int MAX_BODY_BYTES = 512 << 20;

  private Connecting() {}

  /**
   * An open connection, with its socket and threads.
   *
   * @param node the address of the node that took the connection
   * @param connection the client's connection
   * @param socket its socket; closing the socket frees threads that hang in a write
   * @param consumers runs the callbacks of its consumers
   */
  public record Open(
      BrokerAddress node, Connection connection, Socket socket, ExecutorService consumers) {
    /** Closes the connection, and waits for the broker for at most {@code millis}. */
    public void close(int millis) {
      try {
        connection.close(millis);
      } catch (IOException | ShutdownSignalException e) {
        LOG.debug("closing a connection: {}", BrokerErrors.reason(e));
      }
      consumers.shutdown();
    }

    /** Ends the connection without waiting for the broker. Returns at once. */
    public void drop(String threadName) {
      // A TLS socket may wait for a writer that hangs, and the client for its own threads.
      expendable(threadName + "-drop")
          .newThread(() -> {
            try {
              socket.close();
            } catch (IOException e) {
              LOG.debug("closing a socket: {}", BrokerErrors.reason(e));
            }
            connection.abort(1_000);
            consumers.shutdown();
          })
          .start();
    }
  }

  /**
   * Connects.
   *
   * @param purpose the last part of the connection's name at the broker
   * @param consumerThreads how many callbacks of consumers run at the same time
   * @throws BrokerUnreachableException if the broker can't be reached
   * @throws NotAllowedException if user, password or virtual host are refused
   * @throws IncompatibleLibraryException if the client lacks something that it needs
   */
  public static Open open(BrokerAccess access, String purpose, int consumerThreads) {
    return open(access, purpose, consumerThreads, 0);
  }

  /**
   * Connects, beginning with a certain node. If the address names several nodes, each is tried as
   * soon as the one before has failed or is slow, and the first that takes the connection has it.
   *
   * @param first the number of the node that is tried first
   */
  static Open open(BrokerAccess access, String purpose, int consumerThreads, int first) {
    return open(access, purpose, consumerThreads, first, true);
  }

  /**
   * Connects again because the node of a connection does not answer any more. If the address names
   * several nodes, the one after that node is tried first.
   *
   * @throws BrokerException as {@link #open(BrokerAccess, String, int)}
   */
  public static Open openElsewhere(BrokerAccess access, String purpose, Open silent) {
    int former = access.address().eachFrom(0).indexOf(silent.node());
    return open(access, purpose, 1, former + 1);
  }

  /**
   * Connects without heartbeats, for one message that the broker may read much later: see {@link
   * RepairingConnectionFactory}.
   *
   * @throws BrokerException as {@link #open(BrokerAccess, String, int)}
   */
  public static Open openWithoutHeartbeats(BrokerAccess access, String purpose) {
    return open(access, purpose, 1, 0, false);
  }

  private static Open open(
      BrokerAccess access, String purpose, int consumerThreads, int first, boolean heartbeats) {
    var nodes = access.address().eachFrom(first);
    return nodes.size() == 1
        ? openAt(access, purpose, consumerThreads, heartbeats)
        : new NodeRace(
                nodes.stream()
                    .<Supplier<Open>>map(
                        node -> () -> openAt(access.at(node), purpose, consumerThreads, heartbeats))
                    .toList(),
                "broker-" + purpose)
            .first();
  }

  private static Open openAt(
      BrokerAccess access, String purpose, int consumerThreads, boolean heartbeats) {
    var address = access.address();
    var threadName = "broker-" + purpose;
    var socket = new AtomicReference<Socket>();
    var factory = factory(access, expendable(threadName), socket, heartbeats);
    var consumers = consumers(consumerThreads, expendable(threadName + "-consumer"));
    try {
      if (address.tls()) {
        factory.useSslProtocol(SSLContext.getDefault());
        factory.enableHostnameVerification();
      }
      var connection = factory.newConnection(consumers, access.program() + " " + purpose);
      return new Open(
          address,
          connection,
          Objects.requireNonNull(socket.get(), "the socket was not configured"),
          consumers);
    } catch (IOException | TimeoutException | GeneralSecurityException | RuntimeException e) {
      consumers.shutdown();
      throw BrokerErrors.ofConnecting(e, address);
    } catch (LinkageError e) {
      consumers.shutdown();
      throw Libraries.incompatible(e);
    }
  }

  private static ConnectionFactory factory(
      BrokerAccess access,
      ThreadFactory threads,
      AtomicReference<Socket> socket,
      boolean heartbeats) {
    var address = access.address();
    var settings = access.settings();
    var factory = new RepairingConnectionFactory(heartbeats);
    factory.setHost(address.host());
    factory.setPort(address.port());
    factory.setVirtualHost(address.virtualHost());
    factory.setUsername(address.user());
    factory.setPassword(address.password());
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setConnectionTimeout((int) settings.connectTimeout().toMillis());
    factory.setHandshakeTimeout((int) settings.connectTimeout().toMillis());
    factory.setChannelRpcTimeout((int) settings.rpcTimeout().toMillis());
    // An answer that comes after its time must not be taken for the answer to the next request.
    factory.setChannelShouldCheckRpcResponseType(true);
    factory.setShutdownTimeout(1_000);
    factory.setRequestedHeartbeat((int) settings.heartbeat().toSeconds());
    factory.setMaxInboundMessageBodySize(MAX_BODY_BYTES);
    factory.setThreadFactory(threads);
    factory.setExceptionHandler(new LoggingExceptionHandler());
    factory.setSocketConfigurator(SocketConfigurators.defaultConfigurator().andThen(socket::set));
    return factory;
  }

  /** Returns an executor for consumers that runs late callbacks on the caller's thread. */
  private static ExecutorService consumers(int threads, ThreadFactory factory) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        factory,
        (task, executor) -> task.run());
  }

  /** Returns a factory of daemon threads: a program's end must not wait for a broker. */
  public static ThreadFactory daemon(String name) {
    var count = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Returns a factory of daemon threads whose end by an exception is only logged, because nothing
   * depends on them: threads of the broker's client, whose connection is watched from outside, and
   * those that only close something. An error is told all the same ({@link Errors}).
   */
  public static ThreadFactory expendable(String name) {
    var daemons = daemon(name);
    return task -> {
      var thread = daemons.newThread(task);
      thread.setUncaughtExceptionHandler(Connecting::ended);
      return thread;
    };
  }

  private static void ended(Thread thread, Throwable thrown) {
    var byDefault = Thread.getDefaultUncaughtExceptionHandler();
    if (thrown instanceof Error && byDefault != null) {
      byDefault.uncaughtException(thread, thrown);
    } else {
      LOG.error("thread {} has ended by what it threw", thread.getName(), thrown);
    }
  }

  /**
   * Connects to one of several nodes. A frozen node takes a connection and never answers, so the
   * next node is tried while the one before is still asked. For one call.
   */
  private static final class NodeRace {
    /** The time for a node's answer before the next node is tried, too: half a second. */
    private static final long HEAD_START_MILLIS = 500;

    private final List<Supplier<Open>> nodes;
    private final String threadName;
    private final BlockingQueue<Result> results = new LinkedBlockingQueue<>();

    /** Whether a connection was taken, or none is wanted any more. Guarded by this. */
    private boolean isOver;

    private record Result(@Nullable Open open, @Nullable BrokerException failure) {}

    /**
     * Prepares a race.
     *
     * @param nodes each connects to one node, or throws a {@link BrokerException}
     */
    NodeRace(List<Supplier<Open>> nodes, String threadName) {
      this.nodes = nodes;
      this.threadName = threadName;
    }

    /**
     * Returns the first connection.
     *
     * @throws BrokerException as soon as a node refuses the user, or when no node is left
     */
    Open first() {
      var failures = new ArrayList<BrokerException>();
      int started = 0;
      while (failures.size() < nodes.size()) {
        if (started < nodes.size()) {
          start(nodes.get(started++));
        }
        var result = await(started == nodes.size() ? Long.MAX_VALUE : HEAD_START_MILLIS);
        if (result != null && result.open() != null) {
          return result.open();
        }
        if (result != null && result.failure() != null) {
          if (!(result.failure() instanceof BrokerUnreachableException)) {
            giveUp();
            throw result.failure();
          }
          failures.add(result.failure());
        }
      }
      throw new BrokerUnreachableException(
          failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")),
          failures.get(0));
    }

    private void start(Supplier<Open> node) {
      daemon(threadName + "-race")
          .newThread(() -> {
            try {
              var open = node.get();
              if (!take(open)) {
                open.drop(threadName);
              }
            } catch (BrokerException e) {
              results.add(new Result(null, e));
            } catch (RuntimeException | Error e) {
              results.add(new Result(null, new BrokerException(String.valueOf(e), e)));
            }
          })
          .start();
    }

    /** Returns whether this is the first connection, and still wanted. */
    private synchronized boolean take(Open open) {
      boolean isFirst = !isOver;
      isOver = true;
      if (isFirst) {
        results.add(new Result(open, null));
      }
      return isFirst;
    }

    /** Drops a connection that is made from now on, or has just been made. */
    private synchronized void giveUp() {
      isOver = true;
      for (var left = results.poll(); left != null; left = results.poll()) {
        if (left.open() != null) {
          left.open().drop(threadName);
        }
      }
    }

    private @Nullable Result await(long millis) {
      try {
        return results.poll(millis, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        giveUp();
        Thread.currentThread().interrupt();
        throw new BrokerUnreachableException("interrupted while connecting", e);
      }
    }
  }

  /**
   * Logs what callbacks throw, and leaves their channels open. After an error the connection is
   * lost: what was delivered by it goes back to the broker, and is not forgotten here.
   */
  static final class LoggingExceptionHandler extends ForgivingExceptionHandler {
    /** Logs a lost connection at debug level only: its owner reports the loss in a sentence. */
    @Override
    public void handleUnexpectedConnectionDriverException(Connection connection, Throwable error) {
      LOG.debug("a connection was cut off", error);
      if (error instanceof Error told) {
        Errors.tell(told);
      }
    }

    @Override
    public void handleReturnListenerException(Channel channel, Throwable error) {
      super.handleReturnListenerException(channel, error);
      endAfterError(channel, error);
    }

    @Override
    public void handleConfirmListenerException(Channel channel, Throwable error) {
      super.handleConfirmListenerException(channel, error);
      endAfterError(channel, error);
    }

    @Override
    public void handleConsumerException(
        Channel channel, Throwable error, Consumer consumer, String tag, String method) {
      super.handleConsumerException(channel, error, consumer, tag, method);
      endAfterError(channel, error);
    }

    private static void endAfterError(Channel channel, Throwable error) {
      if (error instanceof Error told) {
        // Not on this thread, which is the connection's own: its end waits for that.
        expendable("broker-error-drop")
            .newThread(() -> channel.getConnection().abort())
            .start();
        Errors.tell(told);
      }
    }

    @Override
    protected void log(String message, Throwable error) {
      LOG.warn("{}", message, error);
    }
  }
}
