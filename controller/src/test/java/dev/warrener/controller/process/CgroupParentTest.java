package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void processesAreCountedWhereTheCgroupAboveLetsThem(@TempDir Path place) throws Exception {
    CgroupParent parent = CgroupParent.make(place, ControllerRun.begin("test"));
    Files.writeString(place.resolve("cgroup.subtree_control"), "memory pids\n");
    Path own = parent.directory();
    Files.writeString(own.resolve("cgroup.controllers"), "pids\n");
    Files.writeString(own.resolve("cgroup.subtree_control"), "");
    Files.writeString(own.resolve("cgroup.type"), "domain\n");
    Files.writeString(own.resolve("cgroup.procs"), "");

    assertThat(parent.countsPids()).isTrue();
    assertThat(own.resolve("cgroup.subtree_control")).hasContent("+pids");

    parent.fenceFor(new WorkerKey(1, 2), "77");
    assertThat(own.resolve("worker-1.2").resolve("pids.max")).hasContent("77");
  }

  /** The kernel would let no process into the cgroups below it any more. */
  @Test
  void aCgroupWithProcessesOfItsOwnIsLeftAsItIs(@TempDir Path place) throws Exception {
    CgroupParent parent = CgroupParent.make(place, ControllerRun.begin("test"));
    Files.writeString(place.resolve("cgroup.type"), "domain\n");
    Files.writeString(place.resolve("cgroup.procs"), "4711\n");
    Files.writeString(place.resolve("cgroup.controllers"), "memory pids\n");
    Files.writeString(place.resolve("cgroup.subtree_control"), "");

    assertThat(parent.countsPids()).isFalse();
    assertThat(place.resolve("cgroup.subtree_control")).isEmptyFile();
  }

  @Test
  void aProcessIsInsideItsCgroupAlsoWhenThatIsRemovedOrHasOthersInside() {
    CgroupEnclosure cgroup =
        CgroupEnclosure.existing(Path.of("/sys/fs/cgroup/x/warrener-a/worker-1.1"));

    assertThat(cgroup.holds("4:pids:/\n0::/x/warrener-a/worker-1.1\n")).isTrue();
    assertThat(cgroup.holds("0::/warrener-a/worker-1.1 (deleted)\n")).isTrue();
    assertThat(cgroup.holds("0::/x/warrener-a/worker-1.1/inner\n")).isTrue();
    assertThat(cgroup.holds("0::/x/warrener-a/worker-1.11\n")).isFalse();
    assertThat(cgroup.holds("4:pids:/x/warrener-a/worker-1.1\n0::/\n")).isFalse();
  }

  @Test
  void withoutVersionTwoThereIsNoPlace() {
    assertThat(
            CgroupParent.places(
                "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", "1:cpu:/\n"))
        .isEmpty();
  }
}
