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
    return of(Set.of(users), new Settings.QueueSettings("mail", 2, 4, 3, Duration.ZERO));
  }

  /** With these queues. */
  public static Settings of(Settings.QueueSettings... queues) {
    return of(Set.of(), queues);
  }

  private static Settings of(Set<String> operators, Settings.QueueSettings... queues) {
    return new Settings(
        "web-1",
        "host",
        1,
        "test",
        "subreaper",
        List.of(queues),
        operators,
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Settings.Restarts.DEFAULT,
        Duration.ofMinutes(10),
        3);
  }
}
