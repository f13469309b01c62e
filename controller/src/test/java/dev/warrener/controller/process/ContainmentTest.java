package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The identity of a process that was just started, where looks at it fail. */
class ContainmentTest {
  private static final long OWN = ProcessHandle.current().pid();

  private final AtomicInteger looks = new AtomicInteger();

  @BeforeAll
  static void link() {
    Kernel.link();
  }

  @Test
  void startTimeThatCanNotBeReadAtFirstIsTheProcessesOwnInTheEnd() {
    ProcessId own = Objects.requireNonNull(Stat.of(OWN)).id();

    ProcessId identity =
        Containment.identify(
            OWN, pid -> looks.incrementAndGet() < 4 ? unreadable() : Stat.of(pid));

    assertThat(identity).isEqualTo(own);
    assertThat(identity.startTicks()).isPositive();
    assertThat(looks).hasValue(4);
  }

  @Test
  void startTimeThatCanNeverBeReadIsNotTakenForZero() {
    assertThatThrownBy(() -> Containment.identify(OWN, pid -> unreadable()))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void onlyAProcessThatIsGoneHasNoStartTime() {
    assertThat(Containment.identify(OWN, pid -> null)).isEqualTo(new ProcessId(OWN, 0));
  }

  /** Fails as a look does for want of descriptors. */
  private static @Nullable Stat unreadable() {
    byte[] bytes = ProcFile.read("/proc/self");
    throw new AssertionError("a folder was read: " + (bytes == null ? 0 : bytes.length));
  }
}
