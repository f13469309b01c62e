package dev.warrener.ops.invocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.operator.order.KillPlan.Level;
import dev.warrener.ops.screen.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfirmationTest {
  private final List<String> asked = new ArrayList<>();

  private Optional<Prompt> person(@Nullable String answer) {
    return Optional.of(question -> {
      asked.add(question);
      return Optional.ofNullable(answer);
    });
  }

  private static Confirmation given(boolean yes, @Nullable String confirm, boolean isProtected) {
    return new Confirmation(yes, confirm, "prod", isProtected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"y", "Y", "yes", " YES "})
  void simpleQuestionTakesYes(String answer) {
    given(false, null, false).require(Level.SIMPLE, "Kill 1 worker", person(answer));

    assertThat(asked).containsExactly("Kill 1 worker? [y/N] ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "n", "no", "yeah", "prod"})
  void everythingElseDeclines(String answer) {
    assertFails(
        ExitStatus.DECLINED,
        () -> given(false, null, false).require(Level.SIMPLE, "Kill 1 worker", person(answer)));
  }

  @Test
  void endOfInputDeclines() {
    assertFails(
        ExitStatus.DECLINED,
        () -> given(false, null, false).require(Level.SIMPLE, "Kill 1 worker", person(null)));
  }

  @Test
  void severeQuestionTakesTheNameAndNothingElse() {
    given(false, null, false).require(Level.TYPED, "Kill 11 workers", person("prod "));
    assertThat(asked).containsExactly("Type prod to kill 11 workers: ");

    assertFails(
        ExitStatus.DECLINED,
        () -> given(false, null, false).require(Level.TYPED, "Kill 11 workers", person("y")));
  }

  @Test
  void whoCantBeAskedIsToldTheMissingOption() {
    assertThatThrownBy(
            () -> given(false, null, false).require(Level.SIMPLE, "Kill", Optional.empty()))
        .hasMessage("nobody can be asked here: add --yes, or look first with --dry-run")
        .isInstanceOfSatisfying(
            CommandFailure.class,
            failure -> assertThat(failure.status()).isEqualTo(ExitStatus.USAGE));
    assertThatThrownBy(
            () -> given(false, null, false).require(Level.TYPED, "Kill", Optional.empty()))
        .hasMessage(
            "nobody can be asked here: add --confirm prod (or --yes), or look first with --dry-run");
    assertThatThrownBy(() -> given(true, null, true).require(Level.TYPED, "Kill", Optional.empty()))
        .hasMessage("nobody can be asked here: add --confirm prod, or look first with --dry-run");
  }

  @Test
  void yesIsEnoughUnlessTheFleetIsProtected() {
    assertThat(given(true, null, false).isGivenFor(Level.TYPED)).isTrue();
    assertThat(given(true, null, true).isGivenFor(Level.TYPED)).isFalse();
    assertThat(given(true, null, true).isGivenFor(Level.SIMPLE)).isTrue();
    assertThat(given(false, "prod", true).isGivenFor(Level.TYPED)).isTrue();
  }

  @Test
  void confirmWithAnotherNameIsAMistakeAlsoWithYes() {
    assertFails(ExitStatus.USAGE, () -> given(true, "test", false).isGivenFor(Level.SIMPLE));
  }

  private static void assertFails(ExitStatus status, Runnable act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(
            CommandFailure.class, failure -> assertThat(failure.status()).isEqualTo(status));
  }
}
