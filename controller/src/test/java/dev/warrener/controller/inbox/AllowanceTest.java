package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AllowanceTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private int workers = 1;
  private final Allowance allowance = new Allowance(() -> workers, 0);

  @Test
  void workerThatWritesLittleNeverWaits() {
    for (long now = 0; now < SECOND; now += SECOND / 50_000) {
      allowance.use(100, now);
      assertThat(allowance.pause(now)).isZero();
    }
  }

  @Test
  void workerThatWritesTooMuchWaitsUntilItIsEven() {
    for (int i = 0; i < 150_000; i++) {
      allowance.use(0, 0);
    }

    assertThat(allowance.pause(0)).isBetween(SECOND * 99 / 100, SECOND);
    assertThat(allowance.pause(SECOND + 1)).isZero();
  }

  @Test
  void workersShareItEqually() {
    workers = 10;
    for (int i = 0; i < 15_000; i++) {
      allowance.use(0, 0);
    }

    assertThat(allowance.pause(0)).isBetween(SECOND * 99 / 100, SECOND);
  }

  @Test
  void longLineCountsAsMany() {
    for (int i = 0; i < 1_000; i++) {
      allowance.use(16 * 1024, 0);
    }

    assertThat(allowance.pause(0)).isPositive();
  }

  @Test
  void whatWasNotUsedIsKeptOnlyForAMoment() {
    for (int i = 0; i < 51_000; i++) {
      allowance.use(0, 1_000 * SECOND);
    }

    assertThat(allowance.pause(1_000 * SECOND)).isPositive();
  }
}
