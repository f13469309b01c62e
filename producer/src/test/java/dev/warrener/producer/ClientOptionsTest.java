package dev.warrener.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClientOptionsTest {
  @Test
  void theDefaultsAreThoseOfTheDocumentation() {
    var options = ClientOptions.DEFAULT;

    assertThat(options.namespace().name()).isEqualTo("warrener");
    assertThat(options.program()).isEqualTo("publisher");
    assertThat(options.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(options.publishTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.window()).isEqualTo(1000);
    assertThat(options.windowBytes()).isEqualTo(64 * 1024 * 1024);
    assertThat(options.maxBodyBytes()).isEqualTo(16 * 1024 * 1024);
    assertThat(options.attempts()).isEqualTo(3);
    assertThat(options.resultTimeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(options.maxPendingResults()).isEqualTo(10_000);
    assertThat(options.closeTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void valuesThatCanNotBeUsedAreRefusedInASentence() {
    refuses(ClientOptions.builder().window(0), "window must be 1 or more, not 0");
    refuses(ClientOptions.builder().attempts(0), "attempts must be 1 or more, not 0");
    refuses(
        ClientOptions.builder().publishTimeout(Duration.ZERO),
        "publishTimeout must be longer than 0, not PT0S");
    refuses(
        ClientOptions.builder().waits(Duration.ofSeconds(2), Duration.ofSeconds(1)),
        "longestWait (PT1S) must not be shorter than firstWait (PT2S)");
    refuses(
        ClientOptions.builder().closeTimeout(Duration.ofSeconds(-1)),
        "closeTimeout must not be negative, but is PT-1S");
    refuses(ClientOptions.builder().program(" "), "program must not be blank");
  }

  private static void refuses(ClientOptions.Builder builder, String sentence) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }
}
