package dev.warrener.ops.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TopologyMismatchException;
import dev.warrener.messaging.broker.admin.BrokerSession;
import dev.warrener.messaging.report.Presence;
import dev.warrener.operator.text.Phrases;
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
import dev.warrener.ops.view.FleetView.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code warrener doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check what a fleet needs: the broker, this user's rights, the exchanges and queues, the"
          + " controllers, their containment and their clocks. Changes nothing.",
      "",
      "Ends with 0 if nothing is wrong, 3 if something is, 124 if a controller is silent; warnings"
          + " change nothing."
    })
final class DoctorCommand extends FleetCommand {
  /** The difference of a clock from which doctor warns: 2 s. Ids and expiry times depend on it. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(2);

  /** How far an order may be ahead of a controller's clock, unless it was set otherwise there. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private static final int MOST_NAMED = 3;

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
        checkControllers(snapshot);
        silent = !snapshot.roster().silent().isEmpty();
      } catch (BrokerException e) {
        wrong("fleet", String.valueOf(e.getMessage()), null);
      } catch (CommandFailure e) {
        wrong("fleet", e.sentence(), null);
      }
    }
    show(screen);
    if (silent) {
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
      session.probe().running();
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
            "it was pulled: every controller holds everything",
            "warrener resume --all, when it is time");
      }
      good(
          "topology", "exchanges, order log and queues of " + namespace + " are as they should be");
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

  private void checkControllers(Snapshot snapshot) {
    if (snapshot.alarm() != null) {
      wrong(
          "broker",
          "it blocks publishers (" + snapshot.alarm() + "), so that no controller can answer",
          "free what it is short of; kill --all works all the same, by the tripwire");
      return;
    }
    if (snapshot.roster().presences().isEmpty()) {
      wrong("controllers", "none answers", "start one: warrener controller --queue NAME=WORKERS");
    }
    for (var presence : snapshot.roster().presences().values()) {
      checkController(presence, snapshot);
    }
    checkIsolation(snapshot);
    for (var known : snapshot.roster().silent()) {
      wrong(
          "controller " + known.id(),
          "silent, last seen "
              + Phrases.ago(known.lastSeen(), snapshot.at())
              + " on "
              + known.host(),
          "look at its host; a kill can't be confirmed there");
    }
    new UsersCheck(snapshot.roster()).findings().forEach(findings::add);
    int answered = snapshot.roster().presences().size();
    snapshot
        .connected()
        .ifPresent(connected -> {
          if (connected > answered) {
            wrong(
                "controllers",
                "the broker counts "
                    + connected
                    + " that listen for orders, and "
                    + answered
                    + " answer",
                "a controller receives kills and does not answer: look at every host's log");
          }
        });
    var releases = new TreeSet<String>();
    snapshot.roster().presences().values().forEach(presence -> releases.add(presence.software()));
    if (releases.size() > 1) {
      warn("versions", "controllers run " + String.join(" and ", releases), null);
    }
  }

  private void checkController(Presence presence, Snapshot snapshot) {
    String check = "controller " + presence.id();
    good(
        check,
        presence.state().wire()
            + " on "
            + presence.host()
            + ", "
            + Phrases.count(presence.workers().size(), "worker")
            + ", containment "
            + presence.containment()
            + (presence.leaseMillis() == 0
                ? ", no lease: runs go on without the broker"
                : ", lease " + Phrases.brief(Duration.ofMillis(presence.leaseMillis()))));
    if (presence.containment().equals("subreaper")) {
      warn(
          check,
          "only the subreaper holds its workers: the kernel does not prove their deaths",
          // An older controller does not report why.
          Objects.requireNonNullElse(
              presence.unproven(),
              "give it a writable cgroup v2, or the right to make PID namespaces"));
    }
    var unavailable = presence.unavailableHandlers();
    if (unavailable != null) {
      for (var sentence : unavailable) {
        wrong(
            check,
            sentence,
            "correct it, then start its workers anew: warrener kill --controller "
                + presence.id()
                + " --then respawn");
      }
    }
    var known = snapshot.roster().known().get(presence.id());
    if (known != null) {
      var skew = Duration.between(known.lastSeen(), presence.at());
      if (skew.negated().compareTo(CLOCK_TOLERANCE) > 0) {
        wrong(
            check,
            "its clock is "
                + Phrases.brief(skew.abs())
                + " behind this host's, so it refuses orders from here (its clock-tolerance is 1 min"
                + " by default)",
            "set the clocks of both hosts right (NTP)");
      } else if (skew.abs().compareTo(CLOCK_SKEW) > 0) {
        warn(
            check,
            "its clock is "
                + Phrases.brief(skew.abs())
                + (skew.isNegative() ? " behind" : " ahead of")
                + " this one",
            "let both hosts keep time (NTP): expiry and holds go by it");
      }
    }
  }

  private void checkIsolation(Snapshot snapshot) {
    var open =
        snapshot.roster().presences().values().stream()
            .filter(presence -> !presence.containment().contains("pid-namespace"))
            .map(Presence::id)
            .toList();
    if (!open.isEmpty()) {
      warn(
          "isolation",
          "at "
              + String.join(", ", open.subList(0, Math.min(MOST_NAMED, open.size())))
              + (open.size() > MOST_NAMED ? " and " + (open.size() - MOST_NAMED) + " more" : "")
              + " tasks are not kept apart: a hostile one can end or stop other tasks and its"
              + " controller, and fake their results",
          "where tasks are not trusted, set containment to pid-namespace or"
              + " cgroup+pid-namespace (docs/containment.md)");
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
