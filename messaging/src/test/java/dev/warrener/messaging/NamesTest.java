package dev.warrener.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "Mail.out_1-b", "a.", "a-", "dead", "mail.retry.x"})
  void namesAreLettersDigitsDotsDashesAndUnderscores(String name) {
    assertThat(Names.isValid(name)).isTrue();
    assertThatCode(() -> Names.requireQueue(name)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".a", "-a", "_a", "a b", "a/b", "a\n", "é", "a*", "a#"})
  void otherTextsAreNone(String name) {
    assertThat(Names.isValid(name)).isFalse();
  }

  @Test
  void aNameHas128CharactersAtMost() {
    assertThat(Names.isValid("a".repeat(128))).isTrue();
    assertThat(Names.isValid("a".repeat(129))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mail.dead", "mail.retry.5", "mail.retry.1.retry.30"})
  void queuesOfAQueueAreNoQueuesOfTasks(String name) {
    assertThatThrownBy(() -> Names.requireQueue(name)).hasMessageContaining("belong to");
  }
}
