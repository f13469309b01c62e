package dev.warrener.messaging.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final AtomicReference<Instant> system = new AtomicReference<>(NOON);
  private final AtomicLong nanos = new AtomicLong(-5);
  private final SteadyClock clock = new SteadyClock(system::get, nanos::get);

  @Test
  void beginsWithTheSystemsTimeAndGoesOnByItself() {
    nanos.addAndGet(Duration.ofSeconds(3).toNanos());

    assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(3));
  }

  @Test
  void systemsClockIsSetAndNothingChanges() {
    system.set(NOON.minusSeconds(3600));
    nanos.addAndGet(1);

    assertThat(clock.instant()).isEqualTo(NOON.plusNanos(1));
  }

  @Test
  void goesWithTheHost() {
    var now = SteadyClock.startingNow();

    assertThat(now.instant()).isBetween(Instant.now().minusSeconds(60), Instant.now());
  }
}
