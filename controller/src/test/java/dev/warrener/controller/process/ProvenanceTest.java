package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProvenanceTest {
  @Test
  void innerPidNamespaceShowsInTheNumbersOfAProcess() {
    assertThat(Provenance.depth("Name:\tjava\nNSpid:\t4711\t1\nNSpgid:\t4711\t1\n")).isEqualTo(2);
    assertThat(Provenance.depth("Name:\tjava\nNSpid:\t4711\n")).isEqualTo(1);
    assertThat(Provenance.depth("Name:\tjava\n")).isZero();
  }

  @Test
  void workersCgroupIsKnownByItsName() {
    var run = ControllerRun.begin("web-1").toString().replace('/', '@');

    assertThat(Provenance.isInWorkersCgroup("1:pids:/a\n0::/x/warrener-" + run + "/worker-1.1\n"))
        .isTrue();
    assertThat(Provenance.isInWorkersCgroup("0::/../warrener-" + run + "/worker-1.1/inner\n"))
        .isTrue();
    assertThat(Provenance.isInWorkersCgroup("0::/system.slice/warrener-web-1.service\n")).isFalse();
    assertThat(Provenance.isInWorkersCgroup("")).isFalse();
  }

  @Test
  void whoHasStartedTheControllerIsNoTaskAndWhatItHasStartedMayBe() throws IOException {
    var self = ProcessHandle.current();
    assertThat(Provenance.suspicion(self.pid())).isNull();
    assertThat(Provenance.suspicion(self.parent().orElseThrow().pid())).isNull();

    var child = new ProcessBuilder("sleep", "60").start();
    try {
      assertThat(Provenance.suspicion(child.pid())).isEqualTo("it descends from this controller");
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void whatCannotBeSeenMayBeATask() {
    assertThat(Provenance.suspicion(Integer.MAX_VALUE)).isEqualTo("it can't be looked at in /proc");
  }
}
