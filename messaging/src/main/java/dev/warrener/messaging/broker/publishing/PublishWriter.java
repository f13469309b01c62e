package dev.warrener.messaging.broker.publishing;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerErrors;
import dev.warrener.messaging.broker.Connecting;
import dev.warrener.messaging.broker.Errors;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.MessageSize;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the messages of a {@link ConfirmedPublisher} to whichever connection is up, and takes the
 * broker's answers.
 *
 * <p>One thread writes to the socket, which hangs while the broker blocks publishers. Another
 * watches the clock, so that every outcome is known by its deadline. Answers come on the
 * connection's reader thread. One lock guards the {@link PublishLedger}, which knows what becomes
 * of each message; the lock is held over no write.
 */
final class PublishWriter {
  private static final Logger LOG = LoggerFactory.getLogger(PublishWriter.class);
  private static final long TICK_MILLIS = 50;

  private final Thread writer;
  private final Thread clock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  // Guarded by the lock.
  private final PublishLedger ledger;
  private final RefusedMessages refusedMessages;
  private @Nullable LinkSession session;
  private @Nullable Channel channel;
  private @Nullable String blocked;

  private String away = "it has not been reached yet";
  private boolean started;
  private boolean closed;

  /**
   * Prepares the threads; {@link #start} starts them.
   *
   * @param ended is called once for each message, when its outcome is known. The lock is held then:
   *     it must not block
   */
  PublishWriter(BrokerAccess access, BiConsumer<Publish, PublishOutcome> ended) {
    this.refusedMessages = new RefusedMessages(access);
    this.ledger = new PublishLedger(ended);
    this.writer =
        Connecting.daemon("broker-publisher-writer").newThread(() -> untilClosed(this::write));
    this.clock =
        Connecting.daemon("broker-publisher-clock")
            .newThread(() -> untilClosed(this::watchDeadlines));
  }

  /** Starts the threads. Returns false if they had been started, or this is closed. */
  boolean start() {
    lock.lock();
    try {
      if (started || closed) {
        return false;
      }
      started = true;
    } finally {
      lock.unlock();
    }
    writer.start();
    clock.start();
    return true;
  }

  /** Adds a message. Returns false if this is closed. */
  boolean add(Publish publish, boolean isUrgent) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      ledger.add(publish, isUrgent);
      work.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns why nothing is written now, as the end of a sentence; empty if something can be. */
  String whyNow() {
    lock.lock();
    try {
      if (blocked != null) {
        return ", which blocks publishers now (" + blocked + ")";
      }
      return session == null ? "; " + away : "";
    } finally {
      lock.unlock();
    }
  }

  /** Returns why the broker blocks publishers now, or null if it doesn't. */
  @Nullable String blockedReason() {
    lock.lock();
    try {
      return blocked;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the most bytes that a frame may have, and so the headers of a message; 128 KiB while
   * there is no connection.
   */
  int frameMax() {
    lock.lock();
    try {
      int frameMax = session == null ? 0 : session.connection().getFrameMax();
      return frameMax == 0 ? MessageSize.FRAME : frameMax;
    } finally {
      lock.unlock();
    }
  }

  // The connection.

  void up(LinkSession up) {
    lock.lock();
    try {
      session = up;
      channel = null;
      blocked = null;
      refusedMessages.forgetLimit();
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void down(String reason) {
    lock.lock();
    try {
      session = null;
      blocked = null;
      away = "the connection was lost: " + reason;
      channel = null;
      ledger.cutOff();
    } finally {
      lock.unlock();
    }
  }

  void blocked(String reason) {
    lock.lock();
    try {
      blocked = reason;
    } finally {
      lock.unlock();
    }
  }

  void unblocked() {
    lock.lock();
    try {
      blocked = null;
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void channelClosed(Channel on, ShutdownSignalException cause) {
    lock.lock();
    try {
      if (!on.equals(channel)) {
        return;
      }
      channel = null;
      if (BrokerErrors.accusesMessage(cause)) {
        refusedMessages.learnLimit(cause);
        ledger.accused(culprit -> refusedMessages.outcomeOf(culprit, cause));
      } else {
        ledger.cutOff();
      }
      work.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Runs a thread's loop, and goes on with it after an error: every message needs its outcome. */
  private void untilClosed(Runnable loop) {
    while (!isClosed()) {
      try {
        loop.run();
      } catch (Error e) {
        Errors.tell(e);
        LOG.error("publisher: an error", e);
      }
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  // Writing.

  private void write() {
    while (true) {
      Publish next;
      Channel on;
      LinkSession over;
      lock.lock();
      try {
        while (!closed && !canWrite()) {
          work.awaitUninterruptibly();
        }
        over = session;
        if (closed || over == null) {
          if (closed) {
            return;
          }
          continue;
        }
        on = channel;
        next = on == null ? null : ledger.take(on.getNextPublishSeqNo());
        var verdict = next == null ? null : refusedMessages.refusalOf(next);
        if (next != null && verdict != null) {
          // To send it would only close the channel under the others.
          ledger.refuse(next, verdict);
          continue;
        }
      } finally {
        lock.unlock();
      }
      if (next == null || on == null) {
        openChannel(over);
      } else {
        send(over, on, next);
      }
    }
  }

  /** The lock is held. */
  private boolean canWrite() {
    return session != null && !session.isOver() && blocked == null && ledger.hasNext();
  }

  private void openChannel(LinkSession over) {
    try {
      var opened = over.channel();
      opened.addConfirmListener(
          (tag, multiple) -> answered(opened, tag, multiple, true),
          (tag, multiple) -> answered(opened, tag, multiple, false));
      opened.addReturnListener(returned -> returned(opened, returned));
      opened.confirmSelect();
      lock.lock();
      try {
        if (session == over) {
          channel = opened;
        }
      } finally {
        lock.unlock();
      }
      opened.addShutdownListener(cause -> channelClosed(opened, cause));
    } catch (IOException | ShutdownSignalException e) {
      over.lost(BrokerErrors.reason(e));
      pauseForLoss(over);
    }
  }

  /**
   * The session is over as soon as the link has noticed; until then there is nothing to write to.
   */
  private static void pauseForLoss(LinkSession over) {
    over.awaitEnd(Duration.ofSeconds(1));
  }

  private void send(LinkSession over, Channel on, Publish next) {
    try {
      on.basicPublish(
          next.exchange,
          next.routingKey,
          next.mandatory,
          over.dialect().outgoing(next.message.properties()),
          next.message.body().bytes());
    } catch (ShutdownSignalException | IOException e) {
      var cause = on.getCloseReason();
      if (cause == null) {
        over.lost(BrokerErrors.reason(e));
        cause = new ShutdownSignalException(true, false, null, on);
      }
      // Perhaps before the channel's own listener has come to it: the first to come does it.
      channelClosed(on, cause);
    } catch (RuntimeException | Error e) {
      // The client itself refuses it, such as for headers that fit in no frame. It has
      // counted the message all the same, so its numbers differ from the broker's on this channel.
      lock.lock();
      try {
        channel = null;
        String because = "the message can't be sent: " + BrokerErrors.reason(e);
        ledger.refuse(
            next,
            // An error, such as one of memory, says nothing about the message.
            e instanceof Error
                ? new PublishOutcome.Refused(because)
                : new PublishOutcome.Unpublishable(because));
        ledger.cutOff();
        work.signalAll();
      } finally {
        lock.unlock();
      }
      closeInBackground(on);
      if (e instanceof Error error) {
        Errors.tell(error);
      }
    }
  }

  private static void closeInBackground(Channel on) {
    Connecting.expendable("broker-publisher-drop")
        .newThread(() -> {
          try {
            on.abort();
          } catch (IOException | ShutdownSignalException e) {
            LOG.debug("publisher: {}", BrokerErrors.reason(e));
          }
        })
        .start();
  }

  // Answers. Called on the connection's reader thread.

  private void answered(Channel on, long tag, boolean multiple, boolean confirmed) {
    lock.lock();
    try {
      if (on.equals(channel)) {
        boolean mayBeReturned = session != null && session.dialect().returnsAfterNack();
        ledger.answered(tag, multiple, confirmed, mayBeReturned, System.nanoTime());
        work.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void returned(Channel on, Return message) {
    lock.lock();
    try {
      if (on.equals(channel)) {
        ledger.returned(message);
      }
    } finally {
      lock.unlock();
    }
  }

  // The clock.

  private void watchDeadlines() {
    while (true) {
      lock.lock();
      try {
        if (closed) {
          return;
        }
        if (ledger.expire(System.nanoTime(), whyUnconfirmed())) {
          work.signalAll();
        }
      } finally {
        lock.unlock();
      }
      try {
        TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /**
   * Returns why the broker has not confirmed a message, as the end of a sentence. The lock is held.
   */
  private String whyUnconfirmed() {
    if (blocked != null) {
      return "it blocks publishers now (" + blocked + ")";
    }
    return session == null ? away : "it has not answered";
  }

  /** Ends the threads and all messages. Returns false if this had been closed. */
  boolean close() {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      ledger.close();
      work.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }
}
