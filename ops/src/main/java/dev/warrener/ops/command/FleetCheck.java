package dev.warrener.ops.command;

import dev.warrener.messaging.report.Presence;
import dev.warrener.operator.order.OrderFactory;
import dev.warrener.operator.rollcall.KnownController;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.command.DoctorCommand.Finding;
import dev.warrener.ops.command.DoctorCommand.Health;
import dev.warrener.ops.view.Revoked;
import dev.warrener.ops.view.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at the controllers of a fleet: whether they answer, and how they are. For one thread. */
final class FleetCheck {
  /** The difference of a clock from which doctor warns: 2 s. Ids and expiry times depend on it. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(2);

  /**
   * The time by which an order may be ahead of a controller's clock, unless that controller is set
   * otherwise.
   */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private static final int MOST_NAMED = 3;

  private static final String REFUSES_KILLS =
      "a kill may be refused there for the same reason; if it is about the user, use one of that"
          + " controller's operators, or add this one to its setting operators";

  private final Snapshot snapshot;
  private final List<Finding> findings = new ArrayList<>();

  FleetCheck(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  List<Finding> findings() {
    if (snapshot.alarm() != null) {
      wrong(
          "broker",
          "it blocks publishers (" + snapshot.alarm() + "), so that no controller can answer",
          "free what it is short of; kill --all works all the same, by the tripwire");
      return findings;
    }
    if (snapshot.isNobodyThere()) {
      wrong(
          "controllers",
          "none listens at this broker",
          "start one: warrener controller --queue NAME=WORKERS");
    }
    snapshot.roster().presences().values().forEach(this::checkController);
    checkClocks();
    checkRevocations();
    checkIsolation();
    checkOperators();
    for (var known : snapshot.roster().silent()) {
      checkSilent(known);
    }
    snapshot
        .unheard()
        .ifPresent(sentence ->
            wrong(
                "controllers",
                sentence,
                snapshot.connected().isEmpty()
                    ? "ask as a user who may give orders or look at the fleet's queues"
                    : "a controller receives kills and does not answer: look at every host's log"));
    snapshot
        .split()
        .ifPresent(sentence ->
            wrong(
                "cluster", sentence, "RabbitMQ's guide to partitions says how to join the nodes"));
    findings.addAll(new UsersCheck(snapshot.roster()).findings());
    var releases = new TreeSet<String>();
    snapshot.roster().presences().values().forEach(presence -> releases.add(presence.software()));
    if (releases.size() > 1) {
      warn(
          "versions", "controllers run " + String.join(" and ", releases), "update the older ones");
    }
    return findings;
  }

  private void checkSilent(KnownController known) {
    var refusal = snapshot.roster().refusals().get(known.id());
    if (refusal != null) {
      wrong("controller " + known.id(), refused(known.id(), refusal), REFUSES_KILLS);
      return;
    }
    wrong(
        "controller " + known.id(),
        "silent, last seen "
            + Phrases.ago(known.lastSeen(), snapshot.at())
            + " on "
            + known.host()
            + publisher(known.id()),
        "look at its host; a kill can't be confirmed there. If no such controller was ever started,"
            + " the user who has published its presence has made it up: remove that user's rights");
  }

  private String refused(String id, String refusal) {
    return "it answers no question of this command"
        + publisher(id)
        + ": it refuses the order ("
        + refusal
        + ")";
  }

  /** {@code , published by user controller-h1}; nothing where nobody has published it. */
  private String publisher(String id) {
    var users = snapshot.roster().users(id);
    return users.isEmpty() ? "" : ", published by " + UsersCheck.names(users);
  }

  private void checkController(Presence presence) {
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
                : ", lease " + Phrases.brief(Duration.ofMillis(presence.leaseMillis())))
            + publisher(presence.id()));
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
    var problems = presence.problems();
    if (problems != null) {
      problems.forEach(problem -> wrong(check, problem, null));
    }
    var refusal = snapshot.roster().refusals().get(presence.id());
    if (refusal != null) {
      wrong(check, refused(presence.id(), refusal), REFUSES_KILLS);
    } else if (snapshot.byPresence().contains(presence.id())) {
      warn(
          check,
          "it publishes its presence and did not answer the question of this command in time",
          "look whether its host is overloaded, and at its log");
    }
  }

  /**
   * Compares the clocks of the controllers with this one. Where all differ alike, this host is the
   * likely culprit.
   */
  private void checkClocks() {
    var clocks = snapshot.roster().clocks();
    clocks.forEach((id, ahead) -> {
      if (ahead.abs().compareTo(CLOCK_SKEW) > 0) {
        var consequence = consequence(ahead);
        findings.add(
            new Finding(
                "clock of " + id,
                consequence == null ? Health.WARNING : Health.WRONG,
                "it is "
                    + Snapshot.difference(ahead)
                    + " this one"
                    + (consequence == null ? "" : ": " + consequence),
                isThisOneWrong(clocks.values())
                    ? "every controller's clock differs like this: set this host's clock right"
                        + " (NTP)"
                    : "set the clocks of both hosts right (NTP)"));
      }
    });
  }

  /** Returns what a clock that differs much does to orders, or null if it does little. */
  private static @Nullable String consequence(Duration ahead) {
    if (ahead.negated().compareTo(CLOCK_TOLERANCE) > 0) {
      return "it refuses orders from here, as they are more than a minute ahead of its clock"
          + " (unless clock-tolerance is set otherwise there)";
    }
    if (ahead.compareTo(OrderFactory.VALID_FOR) > 0) {
      return "orders from here have expired when they reach it";
    }
    return null;
  }

  private static boolean isThisOneWrong(Collection<Duration> clocks) {
    var least = Collections.min(clocks);
    var most = Collections.max(clocks);
    return clocks.size() > 1
        && least.isNegative() == most.isNegative()
        && most.minus(least).compareTo(CLOCK_SKEW) <= 0;
  }

  private void checkRevocations() {
    Revoked.all(snapshot.roster().presences().values()).keySet().stream()
        .collect(
            Collectors.toMap(
                Presence.Revocation::order, one -> one, (one, other) -> one, TreeMap::new))
        .values()
        .forEach(revocation ->
            warn(
                "revocation",
                revocation.scope().describe()
                    + " was revoked "
                    + Phrases.ago(revocation.since(), snapshot.at())
                    + " by "
                    + revocation.issuedBy()
                    + ": tasks that are published into it never run",
                "if they are to run: " + Revoked.undo(revocation.scope())));
  }

  private void checkIsolation() {
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

  private void checkOperators() {
    var open =
        snapshot.roster().presences().values().stream()
            .filter(presence -> Boolean.TRUE.equals(presence.anyUserMayOrder()))
            .map(Presence::id)
            .toList();
    if (!open.isEmpty()) {
      warn(
          "operators",
          "the setting operators is empty at "
              + Phrases.some(open, MOST_NAMED)
              + ", so that "
              + (open.size() == 1 ? "it obeys" : "they obey")
              + " every broker user who may publish to the exchange "
              + snapshot.namespace()
              + ".kill",
          "name the operators' users in each controller's settings, such as operators=ops"
              + " (docs/permissions.md)");
    }
  }

  private void good(String check, String finding) {
    findings.add(new Finding(check, Health.GOOD, finding, null));
  }

  private void warn(String check, String finding, String advice) {
    findings.add(new Finding(check, Health.WARNING, finding, advice));
  }

  private void wrong(String check, String finding, @Nullable String advice) {
    findings.add(new Finding(check, Health.WRONG, finding, advice));
  }
}
