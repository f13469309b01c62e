package dev.warrener.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskLineTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final TaskDefaults DEFAULTS = TaskDefaults.of("mail", "send");

  @Test
  void aLineMaySayEverything() throws Exception {
    var task =
        parse(
            """
            {"id":"order-7","queue":"pictures","handler":"resize","batch":"b1","body":{"a":[1,2]},
             "maxAttempts":5,"timeoutMillis":60000,"delayMillis":1500,"priority":9,
             "expirationMillis":3600000,
             "headers":{"traceparent":"00-1","n":1,"big":5000000000,"yes":true,"d":1.5,"l":[1,"x"]}}
            """);

    assertThat(task.id()).isEqualTo("order-7");
    assertThat(task.queue()).isEqualTo("pictures");
    assertThat(task.handler()).isEqualTo("resize");
    assertThat(task.batch()).isEqualTo("b1");
    assertThat(task.body().text()).isEqualTo("{\"a\":[1,2]}");
    assertThat(task.contentType()).isEqualTo("application/json");
    assertThat(task.maxAttempts()).isEqualTo(5);
    assertThat(task.timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(task.notBefore()).isEqualTo(NOW.plusMillis(1500));
    assertThat(task.priority()).isEqualTo(9);
    assertThat(task.expiration()).isEqualTo(Duration.ofHours(1));
    assertThat(task.headers())
        .isEqualTo(
            Map.of(
                "traceparent",
                "00-1",
                "n",
                1,
                "big",
                5_000_000_000L,
                "yes",
                true,
                "d",
                1.5,
                "l",
                List.of(1, "x")));
  }

  @Test
  void aLineMaySayNothing() throws Exception {
    var task = parse("{}");

    assertThat(task.queue()).isEqualTo("mail");
    assertThat(task.handler()).isEqualTo("send");
    assertThat(Uuid7.isValid(task.id())).isTrue();
    assertThat(task.body().text()).isEqualTo("null");
    assertThat(task.notBefore()).isNull();
  }

  @Test
  void whatALineDoesNotSayComesFromTheDefaults() throws Exception {
    var defaults =
        TaskDefaults.builder()
            .queue("mail")
            .handler("send")
            .batch("b1")
            .maxAttempts(2)
            .timeout(Duration.ofSeconds(3))
            .delay(Duration.ofSeconds(4))
            .priority(5)
            .expiration(Duration.ofSeconds(6))
            .build();
    var task = TaskLine.parse("{\"body\":1}", defaults, NOW, 100);
    var other = TaskLine.parse("{\"batch\":\"b2\",\"delayMillis\":0}", defaults, NOW, 100);

    assertThat(task.batch()).isEqualTo("b1");
    assertThat(task.maxAttempts()).isEqualTo(2);
    assertThat(task.timeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(task.notBefore()).isEqualTo(NOW.plusSeconds(4));
    assertThat(task.priority()).isEqualTo(5);
    assertThat(task.expiration()).isEqualTo(Duration.ofSeconds(6));
    assertThat(other.batch()).isEqualTo("b2");
    assertThat(other.notBefore()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "-1.50",
        "12345678901234567890.123456789012345678901",
        "1e400",
        "\"\"",
        "\"grün \\u00e9 \\\"quoted\\\" {}\"",
        "null",
        "true",
        "[]",
        "{ \"b\" : [ 1 , { } ] , \"b2\" : \"}\" }",
      })
  void aBodyIsPassedOnAsItIsWritten(String body) throws Exception {
    assertThat(parse("{\"body\":" + body + "}").body().text()).isEqualTo(body);
    assertThat(parse("{ \"body\" : " + body + " , \"priority\":1}").body().text()).isEqualTo(body);
  }

  @Test
  void otherBytesComeAsBase64() throws Exception {
    var task = parse("{\"bodyBase64\":\"AP8=\",\"contentType\":\"image/png\"}");

    assertThat(task.body().bytes()).containsExactly(0, 255);
    assertThat(task.contentType()).isEqualTo("image/png");
    assertThat(parse("{\"bodyBase64\":\"AP8=\"}").contentType())
        .isEqualTo("application/octet-stream");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"body\":1                    | not valid JSON at column",
        "{'body':1}                     | not valid JSON at column 2",
        "nonsense                       | not valid JSON at column",
        "[1]                            | must be a JSON object",
        "1                              | must be a JSON object",
        "{} {}                          | there is something after the JSON object",
        "{\"handlr\":\"x\"}             | unknown field \"handlr\": a task has the fields id, queue",
        "{\"body\":1,\"body\":2}        | Duplicate Object property \"body\"",
        "{\"queue\":7}                  | queue must be a string, not 7",
        "{\"queue\":\"a b\"}            | queue \"a b\" is not a valid name",
        "{\"queue\":\"a.dead\"}         | queue \"a.dead\" can't be used",
        "{\"priority\":32}              | priority must be 0 to 31, not 32",
        "{\"priority\":1.5}             | priority must be a whole number, not 1.5",
        "{\"priority\":\"high\"}        | priority must be a whole number, not \"high\"",
        "{\"maxAttempts\":0}            | max-attempts must be 1 or more, not 0",
        "{\"maxAttempts\":5000000000}   | maxAttempts is too large: 5000000000",
        "{\"timeoutMillis\":0}          | timeout must be longer than 0",
        "{\"delayMillis\":-1}           | delayMillis must be whole milliseconds from 0",
        "{\"delayMillis\":99999999999999999999} | delayMillis is too large",
        "{\"headers\":[]}               | headers must be an object, not []",
        "{\"headers\":{\"a\":null}}     | headers.a must not be null",
        "{\"headers\":{\"x-attempt\":2}}| header x-attempt is set by the task itself",
        "{\"body\":1,\"bodyBase64\":\"\"}    | it has both body and bodyBase64",
        "{\"bodyBase64\":\"?\"}         | bodyBase64 is no Base64",
        "{\"body\":1,\"contentType\":\"text/plain\"} | contentType goes with bodyBase64",
        "{\"id\":\"\"}                  | a task's id has 1 to 255 characters, this one has 0",
      })
  void aBadLineSaysWhatIsWrong(String line, String sentence) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(BadTaskException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void headersThatNoControllerReadsAreABadLine() throws BadTaskException {
    var deep = "[".repeat(32) + "]".repeat(32);

    assertThat(parse("{\"headers\":{\"h\":" + deep + "}}").headers()).containsKey("h");
    assertThatThrownBy(() -> parse("{\"headers\":{\"h\":[" + deep + "]}}"))
        .isInstanceOf(BadTaskException.class)
        .hasMessageContaining("header h is nested more than 32 deep");
  }

  @Test
  void aQueueAndAHandlerAreNeeded() {
    assertThatThrownBy(() -> TaskLine.parse("{}", TaskDefaults.of(null, "send"), NOW, 100))
        .hasMessage("it names no queue");
    assertThatThrownBy(() -> TaskLine.parse("{}", TaskDefaults.of("mail", null), NOW, 100))
        .hasMessage("it names no handler");
  }

  @Test
  void aBodyAboveTheLimitIsRefused() {
    assertThatThrownBy(() -> TaskLine.parse("{\"body\":\"four\"}", DEFAULTS, NOW, 5))
        .hasMessage("its body has 6 bytes, and at most 5 are allowed");
  }

  private static Task parse(String line) throws BadTaskException {
    return TaskLine.parse(line, DEFAULTS, NOW, 1000);
  }
}
