package dev.warrener.messaging.broker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.LongString;
import dev.warrener.messaging.broker.BrokerLink;
import dev.warrener.messaging.broker.Dialect;
import dev.warrener.messaging.broker.LinkSession;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.QueueSettings;
import dev.warrener.messaging.broker.TestFleet;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.publishing.PublisherSettings;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Task;
import java.io.DataInputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An error on a thread that takes deliveries, such as want of memory. */
class ErrorsIT {
  private final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
  private final Thread.UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();
  private TestFleet fleet;

  @BeforeEach
  void listen() throws Exception {
    fleet = TestFleet.fresh();
    fleet.declare("mail");
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.add(error));
  }

  @AfterEach
  void close() throws Exception {
    Thread.setDefaultUncaughtExceptionHandler(before);
    fleet.close();
  }

  @Test
  void deliveryThatMetAnErrorIsToldAndGoesBackToItsQueue() throws Exception {
    var heard = new RecordingIntake();
    var intake = fleet.closing(new TaskIntake(fleet.access(), new FailsFirst(heard)));
    intake.start();
    intake.awaitUp(TestFleet.PATIENCE);
    intake.consume("mail", QueueSettings.DEFAULT, 5);
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(), PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {}));
    publisher.start();
    var task = Task.to("mail", "send").build();
    publisher.publish(task).get();

    assertThat(uncaught.poll(30, TimeUnit.SECONDS)).hasMessage("made by a test");
    assertThat(RecordingIntake.next(heard.downs).generation()).isOne();
    intake.awaitUp(TestFleet.PATIENCE);
    intake.consume("mail", QueueSettings.DEFAULT, 5);

    var again = heard.take(1).get(0);
    assertThat(again.message().id()).isEqualTo(task.id());
    assertThat(again.redelivered()).isTrue();
  }

  @Test
  void messageThatMetAnErrorIsRefusedAndTheNextOneIsPublished() throws Exception {
    var publisher =
        fleet.closing(
            new ConfirmedPublisher(
                fleet.access(), PublisherSettings.DEFAULT, new ConfirmedPublisher.Listener() {}));
    publisher.start();
    var deadly =
        new Message(
            Message.jsonProperties().headers(Map.of("deadly", new Deadly())).build(), Body.EMPTY);

    var outcome = publisher.publish(fleet.namespace().tasksExchange(), "mail", deadly).get();

    assertThat(outcome)
        .isInstanceOfSatisfying(
            PublishOutcome.Refused.class,
            refused -> assertThat(refused.because()).contains("made by a test"));
    assertThat(uncaught.poll(30, TimeUnit.SECONDS)).hasMessage("made by a test");
    assertThat(publisher.publish(Task.to("mail", "send").build()).get())
        .isEqualTo(new PublishOutcome.Confirmed());
  }

  @Test
  void linkThatMetAnErrorConnectsAgain() throws Exception {
    var isFirst = new AtomicBoolean(true);
    var owner =
        new BrokerLink.Owner() {
          @Override
          public void up(LinkSession session) {
            if (isFirst.getAndSet(false)) {
              throw new OutOfMemoryError("made by a test");
            }
          }

          @Override
          public void down(LinkSession session, String reason, Duration silence) {}
        };
    var link = fleet.closing(new BrokerLink(fleet.access(), "test", 1, owner));

    link.start();

    assertThat(uncaught.poll(30, TimeUnit.SECONDS)).hasMessage("made by a test");
    link.awaitUp(TestFleet.PATIENCE);
    assertThat(link.requireSession().generation()).isEqualTo(2);
  }

  /** A value of a header that the client can't encode. */
  private static final class Deadly implements LongString {
    @Override
    public long length() {
      throw new OutOfMemoryError("made by a test");
    }

    @Override
    public DataInputStream getStream() {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] getBytes() {
      return new byte[0];
    }
  }

  /** Fails with an error at the first delivery. */
  private static final class FailsFirst implements TaskIntake.Listener {
    private final RecordingIntake heard;
    private final AtomicBoolean isFirst = new AtomicBoolean(true);

    FailsFirst(RecordingIntake heard) {
      this.heard = heard;
    }

    @Override
    public void delivered(Delivery delivery) {
      if (isFirst.getAndSet(false)) {
        throw new OutOfMemoryError("made by a test");
      }
      heard.delivered(delivery);
    }

    @Override
    public void up(long generation, Dialect dialect) {
      heard.up(generation, dialect);
    }

    @Override
    public void down(long generation, String reason, Duration silence) {
      heard.down(generation, reason, silence);
    }

    @Override
    public void consumptionEnded(long generation, String queue, String reason) {
      heard.consumptionEnded(generation, queue, reason);
    }
  }
}
