package dev.warrener.messaging.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderTest {
  private static final Instant NOW = Instant.parse("2026-11-28T03:00:00Z");

  @Test
  void scopeOfMoreCombinationsThanAControllerCanRememberIsRefused() {
    assertThatThrownBy(
            () -> resume(new Scope(false, List.of(), names(50), names(50), tasks(50), List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "it names 125000 combinations of queues, batches and tasks, and 20000 are allowed: give"
                + " several orders");

    var many = new Scope(false, List.of(), List.of(), List.of(), tasks(2_000), List.of());
    assertThat(resume(many).scope()).isEqualTo(many);
  }

  private static List<String> names(int count) {
    return IntStream.range(0, count).mapToObj(number -> "n" + number).toList();
  }

  private static List<TaskTarget> tasks(int count) {
    return names(count).stream().map(id -> new TaskTarget(id, null)).toList();
  }

  private static Order resume(Scope scope) {
    return Order.builder(OrderKind.RESUME, scope)
        .id("01a22407-72c9-7000-bb23-06ff2c272b15")
        .issuedBy("ana")
        .issuedAt(NOW)
        .expiresAt(NOW.plusSeconds(60))
        .build();
  }
}
