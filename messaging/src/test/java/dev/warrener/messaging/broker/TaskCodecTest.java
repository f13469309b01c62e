package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.LongStringHelper;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.DeadReason;
import dev.warrener.messaging.task.InvalidTask;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskCodecTest {
  private static final Instant NOW = Instant.parse("2026-11-23T03:12:07.072Z");
  private static final Instant DEATH = Instant.parse("2026-11-23T03:10:00Z");
  private static final DeadLetterMark KILLED =
      new DeadLetterMark(DeadReason.KILLED, "killed by ana: INC-42", "order-1", NOW, "web-1");

  @Test
  void taskWithEverythingSurvivesTheWay() {
    var task =
        Task.to("mail", "send")
            .json("{\"to\":\"ana\"}")
            .batch("night")
            .attempt(2)
            .maxAttempts(5)
            .timeout(Duration.ofMillis(1500))
            .notBefore(NOW)
            .publishedAt(Instant.parse("2026-11-23T03:12:07Z"))
            .priority(7)
            .expiration(Duration.ofMinutes(1))
            .replyTo("warrener.reply.ana.1")
            .correlationId("c-1")
            .requeuedAt(NOW.minusSeconds(1))
            .expiresAt(NOW.plusSeconds(1))
            .headers(Map.of("traceparent", "00-1-2-01", "mine", 42L))
            .build();

    assertThat(TaskCodec.decode("mail", TaskCodec.encode(task))).isEqualTo(task);
  }

  @Test
  void headersThatNoControllerCanReadAreRefused() {
    Object deep = "end";
    for (int level = 0; level < 32; level++) {
      deep = level % 2 == 0 ? List.of(deep) : Map.of("a", deep);
    }
    var deepEnough = deep;

    assertThat(TaskCodec.encode(Task.to("mail", "send").headers(Map.of("h", deep)).build()))
        .isNotNull();
    assertThatThrownBy(() ->
            TaskCodec.encode(
                Task.to("mail", "send").headers(Map.of("h", List.of(deepEnough))).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "header h is nested more than 32 deep, which no controller reads: put the data into the"
                + " body");
  }

  @Test
  void headersThatLeaveNoRoomInAFrameAreRefused() {
    var task = Task.to("mail", "send").headers(Map.of("h", "x".repeat(100_000))).build();

    assertThatThrownBy(() -> TaskCodec.encode(task))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "its properties and headers have 100\\d{3} bytes, and at most 98304 are allowed: put the"
                + " data into the body");
  }

  @Test
  void messageThatWasMarkedAsUnreadableIsNoTaskAndItsCopiesHaveNoMark() {
    Map<String, Object> headers = Map.of("x-unreadable", "header \"a\" is not UTF-8");
    var properties =
        new BasicProperties.Builder().messageId("t-1").type("send").headers(headers).build();
    var message = new Message(properties, Body.of("{}"));

    assertThat(TaskCodec.decode("mail", message))
        .isEqualTo(
            new InvalidTask(
                "mail", "t-1", "it can't be read as it was published: header \"a\" is not UTF-8"));
    assertThat(TaskCodec.mark("mail", message))
        .isEqualTo(
            new DeadLetterMark(
                DeadReason.INVALID,
                "it can't be read as it was published: header \"a\" is not UTF-8",
                null,
                null,
                null));
    assertThat(TaskCodec.withHeaders(message, Map.of()).headers()).isEmpty();
    assertThat(TaskCodec.requeue("mail", message, NOW).headers()).doesNotContainKey("x-unreadable");
  }

  @Test
  void taskWithTheLeastSurvivesTheWay() {
    var task = Task.to("mail", "send").build();

    assertThat(TaskCodec.decode("mail", TaskCodec.encode(task))).isEqualTo(task);
  }

  @Test
  void messageIsWrittenAsTheContractSays() {
    var task =
        Task.to("mail", "send")
            .batch("night")
            .maxAttempts(3)
            .timeout(Duration.ofSeconds(2))
            .build();

    var properties = TaskCodec.encode(task).properties();

    assertThat(properties.getMessageId()).isEqualTo(task.id());
    assertThat(properties.getType()).isEqualTo("send");
    assertThat(properties.getContentType()).isEqualTo("application/json");
    assertThat(properties.getDeliveryMode()).isEqualTo(2);
    assertThat(properties.getHeaders())
        .containsOnly(
            Map.entry("x-batch", "night"),
            Map.entry("x-attempt", 1),
            Map.entry("x-max-attempts", 3),
            Map.entry("x-timeout-ms", 2000L));
  }

  @Test
  void foreignClientMayUseLongStringsAndNumbersOfAnyWidth() {
    var headers = new HashMap<String, Object>();
    headers.put("x-batch", LongStringHelper.asLongString("night"));
    headers.put("x-attempt", (byte) 2);
    headers.put("x-max-attempts", (short) 4);
    headers.put("x-timeout-ms", LongStringHelper.asLongString("1500"));
    headers.put("x-not-before", Date.from(DEATH));
    headers.put("nothing", null);
    headers.put("nested", Map.of("key", LongStringHelper.asLongString("value")));

    var task = (Task) TaskCodec.decode("mail", message(properties().headers(headers).build()));

    assertThat(task.batch()).isEqualTo("night");
    assertThat(task.attempt()).isEqualTo(2);
    assertThat(task.maxAttempts()).isEqualTo(4);
    assertThat(task.timeout()).isEqualTo(Duration.ofMillis(1500));
    assertThat(task.notBefore()).isEqualTo(DEATH);
    assertThat(task.headers()).isEqualTo(Map.of("nested", Map.of("key", "value")));
  }

  @Test
  void messageWithoutHeadersIsATask() {
    var task = (Task) TaskCodec.decode("mail", message(properties().build()));

    assertThat(task.attempt()).isEqualTo(1);
    assertThat(task.contentType()).isEqualTo("application/json");
    assertThat(task.headers()).isEmpty();
  }

  @Test
  void messageWithoutIdIsInvalid() {
    var properties = new BasicProperties.Builder().type("send").build();

    assertThat(TaskCodec.decode("mail", message(properties)))
        .isEqualTo(
            new InvalidTask(
                "mail",
                null,
                "it has no id: set the property message_id, best to a UUID of version 7"));
  }

  @Test
  void messageWithoutTypeIsInvalid() {
    var properties = new BasicProperties.Builder().messageId("t-1").build();

    assertThat(TaskCodec.decode("mail", message(properties)))
        .isEqualTo(
            new InvalidTask(
                "mail", "t-1", "it names no handler: set the property type to the handler's name"));
  }

  @ParameterizedTest
  @CsvSource({
    "x-attempt, two, header x-attempt must be a whole number",
    "x-attempt, 0, attempt must be 1 or more",
    "x-attempt, 99999999999, header x-attempt must be a number of at most 31 bits",
    "x-max-attempts, -1, max-attempts must be 1 or more",
    "x-timeout-ms, 0, timeout must be longer than 0",
    "x-not-before, tomorrow, header x-not-before must be a time such as",
    "x-batch, a b, batch \"a b\" is not a valid name",
  })
  void wrongHeaderIsInvalidWithASentence(String header, String value, String sentence) {
    var message = message(properties().headers(Map.of(header, value)).build());

    var invalid = (InvalidTask) TaskCodec.decode("mail", message);

    assertThat(invalid.id()).isEqualTo("t-1");
    assertThat(invalid.because()).contains(sentence);
  }

  @Test
  void headerOfAWrongTypeIsInvalid() {
    var message = message(properties().headers(Map.of("x-batch", 7)).build());

    assertThat(((InvalidTask) TaskCodec.decode("mail", message)).because())
        .isEqualTo("header x-batch must be a string, not \"7\"");
  }

  @Test
  void priorityAbove31IsInvalid() {
    assertThat(TaskCodec.decode("mail", message(properties().priority(200).build())))
        .isInstanceOf(InvalidTask.class);
  }

  @Test
  void headerThatTheContractKeepsForItselfCannotBeGiven() {
    var task = Task.to("mail", "send").headers(Map.of("x-attempt", 3)).build();

    assertThatThrownBy(() -> TaskCodec.encode(task))
        .hasMessage("header x-attempt is set by the task itself and can't be given");
  }

  @Test
  void headerThatAmqpCannotCarryIsNamed() {
    var task = Task.to("mail", "send").headers(Map.of("when", Map.of("at", NOW))).build();

    assertThatThrownBy(() -> TaskCodec.encode(task))
        .hasMessageContaining("header when.at is a Instant");
  }

  @Test
  void copyThatIsMovedKeepsTheMessageAndSaysWhy() {
    var headers = new HashMap<String, Object>(Map.of("x-batch", "night", "mine", "kept"));
    headers.put("x-delivery-count", 3L);
    headers.put("x-acquired-count", 4L);
    headers.put("x-first-death-reason", "expired");
    headers.put("x-death", List.of(Map.of("queue", "warrener.q.mail.retry.1")));
    headers.put("CC", List.of("other"));
    var message =
        message(
            properties().headers(headers).userId("ana").expiration("5000").replyTo("back").build());

    var dead = dead(message, KILLED);

    assertThat(dead.headers())
        .containsOnly(
            Map.entry("x-batch", "night"),
            Map.entry("mine", "kept"),
            Map.entry("x-dead-reason", "killed"),
            Map.entry("x-dead-detail", "killed by ana: INC-42"),
            Map.entry("x-dead-order", "order-1"),
            Map.entry("x-dead-at", "2026-11-23T03:12:07.072Z"),
            Map.entry("x-dead-controller", "web-1"));
    assertThat(dead.id()).isEqualTo("t-1");
    assertThat(dead.body()).isEqualTo(message.body());
    assertThat(dead.properties().getReplyTo()).isEqualTo("back");
    assertThat(dead.properties().getUserId()).as("nobody else may set it").isNull();
    assertThat(dead.properties().getExpiration()).as("it must not vanish").isNull();
    assertThat(TaskCodec.mark("mail", dead)).isEqualTo(KILLED);
  }

  @Test
  void killedTaskThatIsRequeuedKeepsItsAttempt() {
    var dead = dead(message(attempts(2, 3)), KILLED);

    var again = (Task) TaskCodec.decode("mail", TaskCodec.requeue("mail", dead, NOW));

    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.maxAttempts()).isEqualTo(3);
    assertThat(again.requeuedAt()).isEqualTo(NOW);
    assertThat(TaskCodec.mark("mail", TaskCodec.requeue("mail", dead, NOW))).isNull();
  }

  @Test
  void taskThatHadUsedUpItsAttemptsGetsOneMore() {
    var failed = new DeadLetterMark(DeadReason.FAILED, "it threw", null, NOW, "web-1");
    var dead = dead(message(attempts(3, 3)), failed);

    var again = (Task) TaskCodec.decode("mail", TaskCodec.requeue("mail", dead, NOW));

    assertThat(again.attempt()).isEqualTo(4);
    assertThat(again.maxAttempts()).isEqualTo(4);
  }

  @Test
  void poisonThatCameEarlyKeepsItsHigherLimit() {
    var poison = new DeadLetterMark(DeadReason.POISON, "it killed its worker", null, NOW, "web-1");
    var dead = dead(message(attempts(2, 9)), poison);

    var again = (Task) TaskCodec.decode("mail", TaskCodec.requeue("mail", dead, NOW));

    assertThat(again.attempt()).isEqualTo(3);
    assertThat(again.maxAttempts()).isEqualTo(9);
  }

  @Test
  void taskThatTheBrokerExpiredIsReadAsExpired() {
    var headers = new HashMap<String, Object>();
    headers.put("x-first-death-reason", LongStringHelper.asLongString("expired"));
    headers.put("x-death", List.of(death("warrener.q.mail", "expired")));

    var mark = TaskCodec.mark("mail", message(properties().headers(headers).build()));

    assertThat(mark)
        .isEqualTo(
            new DeadLetterMark(
                DeadReason.EXPIRED, "it waited longer than its expiration", null, DEATH, null));
  }

  @Test
  void deathInARetryQueueIsNoReason() {
    var headers = new HashMap<String, Object>();
    headers.put("x-first-death-reason", "expired");
    headers.put(
        "x-death",
        List.of(
            death("warrener.q.mail", "delivery_limit"),
            death("warrener.q.mail.retry.5", "expired")));

    var mark = TaskCodec.mark("mail", message(properties().headers(headers).build()));

    assertThat(mark).extracting(DeadLetterMark::reason).isEqualTo(DeadReason.POISON);
  }

  @Test
  void aNullRemovesAHeaderFromTheCopy() {
    var headers = Map.<String, Object>of("x-attempt", 1, "x-expires-at", "2026-11-23T03:12:07Z");
    var message = message(properties().headers(headers).expiration("9").build());
    var changes = new HashMap<String, @Nullable Object>();
    changes.put("x-attempt", 2);
    changes.put("x-expires-at", null);

    var retry = TaskCodec.withHeaders(message, changes);

    assertThat(retry.headers()).containsOnly(Map.entry("x-attempt", 2));
    assertThat(retry.properties().getExpiration()).isNull();
  }

  /** The copy that a controller moves to the dead letters. */
  private static Message dead(Message message, DeadLetterMark mark) {
    var headers = new HashMap<String, @Nullable Object>();
    headers.put("x-dead-reason", mark.reason().wire());
    headers.put("x-dead-detail", mark.detail());
    headers.put("x-dead-order", mark.order());
    headers.put("x-dead-at", "2026-11-23T03:12:07.072Z");
    headers.put("x-dead-controller", mark.controller());
    return TaskCodec.withHeaders(message, headers);
  }

  private static Map<String, Object> death(String queue, String reason) {
    return Map.of(
        "queue",
        LongStringHelper.asLongString(queue),
        "reason",
        LongStringHelper.asLongString(reason),
        "time",
        Date.from(DEATH),
        "count",
        1L);
  }

  private static BasicProperties attempts(int attempt, int max) {
    return properties().headers(Map.of("x-attempt", attempt, "x-max-attempts", max)).build();
  }

  private static BasicProperties.Builder properties() {
    return new BasicProperties.Builder().messageId("t-1").type("send");
  }

  private static Message message(BasicProperties properties) {
    return new Message(properties, Body.of("{}"));
  }
}
