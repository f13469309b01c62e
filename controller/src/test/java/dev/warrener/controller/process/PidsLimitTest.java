package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.process.PidsLimit.By;
import dev.warrener.controller.process.PidsLimit.User;
import org.junit.jupiter.api.Test;

class PidsLimitTest {
  private static final String WHOLE_HOST = "         0          0 4294967295\n";
  private static final User ORDINARY = new User(false, true, 40);

  @Test
  void theCgroupIsAskedFirstThenTheUserNamespaceThenTheUser() {
    assertThat(PidsLimit.choose(100, 4, true, true, ORDINARY))
        .isEqualTo(new PidsLimit(By.CGROUP, 100, 0));
    assertThat(PidsLimit.choose(100, 4, false, true, ORDINARY))
        .isEqualTo(new PidsLimit(By.USER_NAMESPACE, 102, 0));
    assertThat(PidsLimit.choose(100, 4, false, false, ORDINARY))
        .isEqualTo(new PidsLimit(By.USER, 440, 400));
  }

  @Test
  void nothingIsLimitedForWhomTheKernelExemptsOrWhereNobodyAskedForIt() {
    assertThat(PidsLimit.choose(100, 4, false, false, new User(true, true, 40)))
        .isEqualTo(PidsLimit.NONE);
    assertThat(PidsLimit.choose(0, 4, true, true, ORDINARY)).isEqualTo(PidsLimit.NONE);
  }

  @Test
  void whatTheKernelCountsElsewhereOnTheHostIsNotLimitedFromInsideAPidNamespace() {
    assertThat(PidsLimit.choose(100, 4, false, false, new User(false, false, 40)))
        .isEqualTo(PidsLimit.NONE);
    assertThat(PidsLimit.whyNone(new User(false, false, 40))).contains("limit the container");

    assertThat(User.seesAll(WHOLE_HOST, PidsLimit.PID_NAMESPACE_OF_THE_HOST)).isTrue();
    assertThat(User.seesAll(WHOLE_HOST, 4_026_532_000L)).isFalse();
    assertThat(User.seesAll("0 100000 65536\n", 4_026_532_000L))
        .as("a user namespace of its own is counted on its own")
        .isTrue();
  }

  @Test
  void whatTheUserRunsBesidesIsCountedAnewForEachWorker() {
    PidsLimit atFirst = PidsLimit.choose(100, 4, false, false, ORDINARY);

    PidsLimit later = atFirst.counted(new User(false, true, 1_300));

    assertThat(later).isEqualTo(new PidsLimit(By.USER, 1_700, 400));
    assertThat(later.text()).isEqualTo(atFirst.text());
    assertThat(later.counted(null)).as("who can't be counted now").isEqualTo(later);
  }

  @Test
  void rootOfTheHostIsExemptAndRootOfAUserNamespaceIsNot() {
    String root = "Uid:\t0\t0\t0\t0\nCapEff:\t0000000000000000\n";

    assertThat(User.isExempt(root, WHOLE_HOST)).isTrue();
    assertThat(User.isExempt(root, "0 100000 65536\n")).isFalse();
  }

  @Test
  void anotherUserIsExemptOnlyWithARightToGoPastLimits() {
    String plain = "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t00000000a80425fb\n";
    String mighty = "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000001000000\n";

    assertThat(User.isExempt(plain, WHOLE_HOST)).isFalse();
    assertThat(User.isExempt(mighty, WHOLE_HOST)).isTrue();
  }

  @Test
  void theUserHasAtLeastTheThreadsOfThisProcess() {
    User user = User.current(ControllerRun.begin("test"));

    assertThat(user).isNotNull();
    assertThat(user.threads()).isGreaterThanOrEqualTo(Thread.activeCount());
  }
}
