package dev.warrener.ops.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TopologyMismatchException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.operator.order.OrderHistory;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.Failures;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import dev.warrener.ops.view.FleetView;
import dev.warrener.ops.view.PulledTripwire;
import dev.warrener.ops.view.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code warrener doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check what a fleet needs: the broker, this user's rights, the exchanges and queues, the"
          + " controllers, their containment and their clocks. Changes nothing.",
      "",
      "Ends with 0 if nothing is wrong, 3 if something is, 124 if a controller did not answer; warnings"
          + " change nothing."
    })
final class DoctorCommand extends FleetCommand {
  private final List<Finding> findings = new ArrayList<>();

  DoctorCommand(Invocation invocation) {
    super(invocation);
  }

  /** The result of a check. */
  enum Health {
    GOOD("ok", Tone.GOOD),
    WARNING("warning", Tone.WARN),
    WRONG("wrong", Tone.BAD);

    private final String word;
    private final Tone tone;

    Health(String word, Tone tone) {
      this.word = word;
      this.tone = tone;
    }

    @JsonValue
    String word() {
      return word;
    }
  }

  /**
   * One thing that was checked.
   *
   * @param check what
   * @param health how it is
   * @param finding what was found
   * @param advice what to do about it, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Finding(String check, Health health, String finding, @Nullable String advice) {}

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    good("java", "Java " + Runtime.version() + " runs this command");
    var access = invocation().access("doctor");
    boolean isThere;
    try (var session = BrokerSession.open(access)) {
      good("broker", session.dialect().product() + " at " + access.address());
      checkBroker(session);
      isThere = checkTopology(session, access.namespace().name());
    } catch (BrokerException e) {
      wrong("broker", String.valueOf(e.getMessage()), null);
      show(screen);
      return Failures.status(e);
    }
    boolean silent = false;
    if (isThere) {
      try (var view = FleetView.open(invocation(), "doctor")) {
        var snapshot = view.look();
        checkRights(view, snapshot);
        findings.addAll(new FleetCheck(snapshot).findings());
        silent = isSomebodySilent(snapshot);
      } catch (BrokerException e) {
        wrong("fleet", String.valueOf(e.getMessage()), null);
      } catch (CommandFailure e) {
        wrong("fleet", e.sentence(), null);
      }
    }
    show(screen);
    return status(findings, silent);
  }

  /** Whether somebody who could answer did not. Under an alarm nobody can. */
  static boolean isSomebodySilent(Snapshot snapshot) {
    return snapshot.alarm() == null && !snapshot.isComplete();
  }

  static ExitStatus status(List<Finding> findings, boolean isSomebodySilent) {
    if (isSomebodySilent) {
      return ExitStatus.NO_ANSWER;
    }
    return findings.stream().anyMatch(finding -> finding.health() == Health.WRONG)
        ? ExitStatus.FAILED
        : ExitStatus.DONE;
  }

  private void checkBroker(BrokerSession session) {
    var dialect = session.dialect();
    if (!dialect.keepsOrders()) {
      warn(
          "broker",
          "it keeps no log of orders, and has no tripwire: it is for trying out",
          "use RabbitMQ for work that matters");
      return;
    }
    consumerTimeout(dialect.product())
        .ifPresent(sentence ->
            warn(
                "consumer timeout",
                sentence,
                "set consumer_timeout in rabbitmq.conf above your longest task"));
  }

  /** Returns a warning for RabbitMQ before 4.0, whose node limits how long a task may be held. */
  static java.util.Optional<String> consumerTimeout(String product) {
    boolean isOld = product.toLowerCase(Locale.ROOT).startsWith("rabbitmq 3.");
    return isOld
        ? java.util.Optional.of(
            product
                + " ignores the queues' own limit of 30 days: its node's consumer_timeout (30 min by"
                + " default) ends longer tasks")
        : java.util.Optional.empty();
  }

  private boolean checkTopology(BrokerSession session, String namespace) {
    try {
      var miscounts = session.probe().miscounts();
      miscounts.forEach(because ->
          wrong("topology", because, "the broker's count of controllers is wrong until then"));
      if (miscounts.isEmpty()) {
        session.probe().running();
      }
    } catch (NoSuchQueueException e) {
      warn(
          "topology",
          "there is no fleet " + namespace + " here yet",
          "the first controller makes it, where it may");
      return false;
    } catch (NotAllowedException e) {
      warn("topology", "this user may not look at it", null);
      return true;
    }
    try {
      // Nothing is made: what is there is compared with what it should be.
      var state = session.topology().declareFleet();
      if (state.tripped()) {
        wrong(
            "tripwire",
            "every controller holds everything, because it was pulled: "
                + PulledTripwire.by(
                    OrderHistory.pulledBy(session).orElse(null), invocation().clock().instant()),
            "warrener resume --all, when it is time");
      }
      if (state.locked().isEmpty()) {
        good(
            "topology",
            "exchanges, order log and queues of " + namespace + " are as they should be");
      }
    } catch (TopologyMismatchException e) {
      wrong("topology", String.valueOf(e.getMessage()), null);
    } catch (NotAllowedException e) {
      wrong(
          "topology", String.valueOf(e.getMessage()), "let an administrator make what is missing");
    }
    return true;
  }

  private void checkRights(FleetView view, Snapshot snapshot) {
    if (view.mayOrder()) {
      good("rights", "this user may give orders and hear reports");
    } else {
      warn(
          "rights",
          "this user may hear reports, and give no orders",
          "use the operators' user for kill, hold, resume, drain");
    }
    for (var queue : snapshot.roster().queues()) {
      if (!snapshot.queues().containsKey(queue)) {
        warn("rights", "this user may not count the tasks of queue " + queue, null);
      }
    }
  }

  private void good(String check, String finding) {
    findings.add(new Finding(check, Health.GOOD, finding, null));
  }

  private void warn(String check, String finding, @Nullable String advice) {
    findings.add(new Finding(check, Health.WARNING, finding, advice));
  }

  private void wrong(String check, String finding, @Nullable String advice) {
    findings.add(new Finding(check, Health.WRONG, finding, advice));
  }

  private void show(Screen screen) {
    switch (screen.format()) {
      case TABLE -> {
        var table = new Table().left("").left("CHECK").left("FINDING");
        for (var finding : findings) {
          String advice = finding.advice();
          table.row(
              Cell.of(finding.health().word(), finding.health().tone),
              Cell.of(finding.check()),
              Cell.of(finding.finding() + (advice == null ? "" : "; " + advice)));
        }
        screen.result(table);
      }
      case JSON -> screen.resultJson(findings);
      case JSONL -> findings.forEach(screen::resultJsonLine);
      case NAME ->
          findings.stream()
              .filter(finding -> finding.health() != Health.GOOD)
              .map(Finding::check)
              .distinct()
              .forEach(screen::result);
    }
  }
}
