package dev.warrener.controller.fleet;

import dev.warrener.controller.fleet.state.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Settings of a controller, for tests of what it decides. */
public final class TestSettings {
  private TestSettings() {}

  /** With that many workers of the queue {@code mail}, and so many tasks beyond those that run. */
  public static Settings of(int workers, int lookAhead) {
    return of(new Settings.QueueSettings("mail", workers, lookAhead, 3, Duration.ZERO));
  }

  /** With two workers of the queue {@code mail}, and these users alone as operators. */
  static Settings withOperators(String... users) {
    return builder(new Settings.QueueSettings("mail", 2, 4, 3, Duration.ZERO))
        .operators(Set.of(users))
        .build();
  }

  /** With these queues. */
  public static Settings of(Settings.QueueSettings... queues) {
    return builder(queues).build();
  }

  /** Starts settings of the controller {@code web-1} with these queues. */
  static Settings.Builder builder(Settings.QueueSettings... queues) {
    return Settings.builder("web-1").host("host").pid(1).software("test").queues(List.of(queues));
  }
}
