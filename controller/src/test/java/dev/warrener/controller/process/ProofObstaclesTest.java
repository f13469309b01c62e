package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProofObstaclesTest {
  private static final ProofObstacles NONE =
      new ProofObstacles(true, false, false, true, true, false);

  private static String sentence(ProofObstacles obstacles) {
    return obstacles.sentence(ContainmentChoice.AUTO);
  }

  @Test
  void whoeverAskedForTheSubreaperIsToldToAskForMore() {
    assertThat(NONE.sentence(ContainmentChoice.SUBREAPER))
        .isEqualTo("the setting containment is subreaper: set it to auto");
  }

  @Test
  void containerIsToldOfTheProfileThatIsShipped() {
    assertThat(sentence(new ProofObstacles(true, false, true, true, true, false)))
        .isEqualTo(
            "a seccomp filter forbids PID namespaces: start the container with"
                + " docker/warrener/seccomp.json as its seccomp profile (docs/containment.md)");
  }

  @Test
  void everyObstacleIsNamed() {
    assertThat(sentence(new ProofObstacles(false, false, true, false, false, true)))
        .contains("install util-linux; ")
        .contains("user.max_user_namespaces above 0; ")
        .contains("kernel.unprivileged_userns_clone to 1; ")
        .contains("docker/warrener/seccomp.json as its seccomp profile; ")
        .contains("AppArmor keeps user namespaces");
  }

  @Test
  void restrictionsOfOtherUsersAreNoneForRoot() {
    assertThat(sentence(new ProofObstacles(true, true, true, true, false, true)))
        .contains("seccomp")
        .doesNotContain("AppArmor")
        .doesNotContain("unprivileged");
  }

  @Test
  void unknownObstacleStillLeadsToBothWays() {
    assertThat(sentence(NONE)).contains("Delegate=yes").contains("user namespaces");
  }

  @Test
  void unshareIsFoundOnThisHost() {
    assertThat(ProofObstacles.look().hasUnshare()).isEqualTo(Programs.find().unshare() != null);
  }
}
