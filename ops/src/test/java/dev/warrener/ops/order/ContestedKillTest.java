package dev.warrener.ops.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.order.Scope;
import dev.warrener.messaging.report.Report.RosterEntry;
import dev.warrener.messaging.report.RosterState;
import dev.warrener.operator.order.KillPlan;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.ops.invocation.CommandContext;
import dev.warrener.ops.invocation.Confirmation;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Interruption;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A kill that nobody can confirm, because several users or programs are one controller. */
class ContestedKillTest {
  private static final String WAY_OUT =
      "What runs at web-1 can be killed with proof on host host-web-1, where the kernel"
          + " vouches for the answer:  warrener kill --local --queue mail --in-flight requeue"
          + " --then hold -m 'INC-42'";

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void lastLineOfAKillAtAContestedControllerOffersTheKillOnItsHost() throws InterruptedException {
    assertThat(kill("web-2", List.of("controller-web-1", "evil"))).isEqualTo(ExitStatus.NO_ANSWER);

    assertThat(text()).contains("user controller-web-1 and user evil claim to be controller web-1");
    assertThat(text().lines()).last().isEqualTo(WAY_OUT);
  }

  @Test
  void lastLineOffersItForTwoProgramsWithOneIdToo() throws InterruptedException {
    assertThat(kill("web-1", List.of())).isEqualTo(ExitStatus.NO_ANSWER);

    assertThat(text()).contains("Two programs are controller web-1");
    assertThat(text().lines()).last().isEqualTo(WAY_OUT);
  }

  @Test
  void killOfASilentControllerSpeaksOfNoContest() throws InterruptedException {
    assertThat(kill("web-2", List.of("controller-web-1"))).isEqualTo(ExitStatus.NO_ANSWER);

    assertThat(text()).contains("web-1 has not answered").doesNotContain("vouches", "claim");
  }

  /**
   * Kills at a fleet of which one controller answers, and names web-1 in its roster.
   *
   * @param users the users that are web-1 by that roster
   */
  private ExitStatus kill(String answering, List<String> users) throws InterruptedException {
    var line = new ScriptedConnection();
    var entry =
        new RosterEntry("web-1", "host-web-1", ScriptedFleet.T0, RosterState.LIVE, 15_000L, users);
    line.answering(ScriptedFleet.of(answering).with(entry)::answer);
    var plan = KillPlan.of(Scope.ofQueue("mail"), null, null, null, Duration.ZERO);
    var now = line.instant();
    var request =
        new KillDialogue.Request(
            "prod",
            plan,
            OrderFactory.kill(Uuid7.next(), plan, "INC-42", "ana", now, false),
            OrderFactory.kill(Uuid7.next(), plan, "INC-42", "ana", now, true),
            new Confirmation(true, null, "prod", false),
            Duration.ofSeconds(10),
            true);
    var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    var screen =
        new Screen(
            stream, stream, Style.PLAIN, Style.PLAIN, false, false, false, OutputFormat.TABLE);
    return new KillDialogue(
            request,
            line,
            new CommandContext(
                screen, Optional.empty(), line, sentence -> new Interruption(stream, sentence)))
        .run();
  }

  private String text() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
