package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CgroupParentTest {

  @Test
  void onAHostWithVersionTwoAloneTheOwnCgroupComesFirst() {
    assertThat(
            CgroupParent.places(
                "25 30 0:23 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
                "0::/system.slice/warrener.service\n"))
        .containsExactly(
            Path.of("/sys/fs/cgroup/system.slice/warrener.service"), Path.of("/sys/fs/cgroup"));
  }

  @Test
  void onAHostWithBothVersionsTheSecondIsFound() {
    assertThat(
            CgroupParent.places(
                """
                31 30 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
                32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """,
                "9:name=systemd:/x\n4:memory:/y\n0::/\n"))
        .containsExactly(Path.of("/sys/fs/cgroup/unified"));
  }

  @Test
  void whereOnlyAPartIsMountedTheOwnCgroupIsBelowIt() {
    assertThat(
            CgroupParent.places(
                "41 31 0:38 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
                "0::/docker/abc/inner\n"))
        .containsExactly(Path.of("/sys/fs/cgroup/inner"), Path.of("/sys/fs/cgroup"));
  }

  @Test
  void withoutVersionTwoThereIsNoPlace() {
    assertThat(
            CgroupParent.places(
                "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", "1:cpu:/\n"))
        .isEmpty();
  }
}
