package dev.warrener.messaging.broker.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.json.MalformedMessageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplyQueueTest {
  private final List<String> unreadable = new ArrayList<>();

  @Test
  void messageThatIsMalformedIsReported() {
    receive(() -> {
      throw new MalformedMessageException("it has no outcome", null);
    });

    assertThat(unreadable).containsExactly("it has no outcome");
  }

  /** Otherwise whoever waits for a result would wait until the time is up, and never know why. */
  @Test
  void messageThatLibraryCanNotReadIsReported() {
    receive(() -> {
      throw new NoClassDefFoundError("com/fasterxml/jackson/annotation/JsonSerializeAs");
    });
    receive(() -> {
      throw new IllegalStateException("a bug");
    });

    assertThat(unreadable)
        .containsExactly(
            "java.lang.NoClassDefFoundError: com/fasterxml/jackson/annotation/JsonSerializeAs",
            "java.lang.IllegalStateException: a bug");
  }

  private void receive(Runnable reading) {
    var listener =
        new ReplyQueue.Listener() {
          @Override
          public void received(
              String routingKey, @Nullable String userId, BasicProperties properties, byte[] body) {
            reading.run();
          }

          @Override
          public void unreadable(String routingKey, BasicProperties properties, String because) {
            unreadable.add(because);
          }
        };
    ReplyQueue.receive(listener, "key", null, new BasicProperties(), new byte[0]);
  }
}
