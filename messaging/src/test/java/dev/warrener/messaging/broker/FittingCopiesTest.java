package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.TaskHeaders;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FittingCopiesTest {
  private static final int FRAME = MessageSize.FRAME;
  private static final Map<String, Object> DEAD =
      Map.of(TaskHeaders.DEAD_REASON, "failed", TaskHeaders.DEAD_DETAIL, "é".repeat(2_000));

  @Test
  void deadLetterThatFitsHasEverything() {
    var copy = FittingCopies.deadLetter(message(Map.of("mine", "x".repeat(60_000))), DEAD, FRAME);

    assertThat(copy.headers()).containsKeys("mine").containsAllEntriesOf(DEAD);
  }

  @Test
  void detailIsShortenedBeforeAnythingIsLeftOut() {
    var copy = FittingCopies.deadLetter(message(Map.of("mine", "x".repeat(126_000))), DEAD, FRAME);

    assertThat(MessageSize.of(copy)).isLessThanOrEqualTo(FRAME);
    assertThat(copy.headers()).containsKeys("mine", TaskHeaders.DEAD_REASON);
    assertThat(detail(copy)).startsWith("éé").endsWith("é…").hasSizeLessThan(400);
  }

  @Test
  void stackGoesFirst() {
    var dead = new HashMap<String, Object>(DEAD);
    dead.put(TaskHeaders.DEAD_TYPE, "java.lang.IllegalStateException");
    dead.put(TaskHeaders.DEAD_STACK, "\tat a.B.c(B.java:1)\n".repeat(400));

    var copy = FittingCopies.deadLetter(message(Map.of("mine", "x".repeat(120_000))), dead, FRAME);

    assertThat(MessageSize.of(copy)).isLessThanOrEqualTo(FRAME);
    assertThat(copy.headers())
        .containsKeys("mine", TaskHeaders.DEAD_TYPE)
        .containsAllEntriesOf(DEAD)
        .doesNotContainKey(TaskHeaders.DEAD_STACK);
  }

  @Test
  void largestHeadersAreLeftOutAndNamed() {
    var headers = new HashMap<String, Object>();
    headers.put("x-batch", "night");
    headers.put("small", "s");
    headers.put("large", "l".repeat(80_000));
    headers.put("larger", "l".repeat(90_000));

    var copy = FittingCopies.deadLetter(message(headers), DEAD, FRAME);

    assertThat(MessageSize.of(copy)).isLessThanOrEqualTo(FRAME);
    assertThat(copy.headers())
        .containsKeys("x-batch", "small", "large")
        .doesNotContainKey("larger");
    assertThat(detail(copy)).contains("left out, because it did not fit", "header larger");
    assertThat(copy.id()).isEqualTo("t-1");
  }

  @Test
  void arrayThatGrowsWhenItIsWrittenAgainIsLeftOut() {
    // A foreign client may send an octet in two bytes; the Java client sends it as an integer.
    var octets = new Integer[40_000];
    Arrays.fill(octets, 1);

    var copy = FittingCopies.deadLetter(message(Map.of("octets", List.of(octets))), DEAD, FRAME);

    assertThat(MessageSize.of(copy)).isLessThanOrEqualTo(FRAME);
    assertThat(detail(copy)).contains("header octets");
  }

  @Test
  void whatCanNotBeWrittenAtAllLeavesIdAndReason() {
    var properties =
        new BasicProperties.Builder().messageId("t-1").type("send").appId("a".repeat(300)).build();

    var copy = FittingCopies.deadLetter(new Message(properties, Body.of("{}")), DEAD, FRAME);

    assertThat(MessageSize.of(copy)).isLessThanOrEqualTo(FRAME);
    assertThat(copy.id()).isEqualTo("t-1");
    assertThat(copy.properties().getType()).isEqualTo("send");
    assertThat(copy.properties().getAppId()).isNull();
    assertThat(copy.headers()).containsEntry(TaskHeaders.DEAD_REASON, "failed");
    assertThat(copy.body()).isEqualTo(Body.of("{}"));
  }

  @Test
  void copyInARetryQueueLeavesRoomForWhatTheBrokerAdds() {
    assertThat(FittingCopies.whyNotToRetry(message(Map.of("mine", "x".repeat(120_000))), FRAME))
        .isNull();
    assertThat(FittingCopies.whyNotToRetry(message(Map.of("mine", "x".repeat(125_000))), FRAME))
        .contains("125", "bytes fit");
  }

  private static String detail(Message copy) {
    return String.valueOf(copy.headers().get(TaskHeaders.DEAD_DETAIL));
  }

  private static Message message(Map<String, Object> headers) {
    var properties =
        new BasicProperties.Builder().messageId("t-1").type("send").headers(headers).build();
    return new Message(properties, Body.of("{}"));
  }
}
