package dev.warrener.e2e.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.warrener.controller.fleet.state.Now;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * The system's clock can be wrong, and can be set at any time. So what one program waits for, and
 * how old something is there, goes by a clock that never jumps. The system's clock is read only
 * where its time is shown, or leaves this host to be compared with other clocks.
 */
class ClocksTest {
  private static final String ROOT = "dev.warrener.";

  /** The classes that read the system's clock, each with what it is for. */
  private static final Set<String> READERS =
      Set.of(
          // The beginning of a clock that never jumps.
          "messaging.time.SteadyClock",
          // Decisions, which have both clocks.
          "controller.FleetClock",
          // Ids, which contain the time.
          "messaging.Uuid7",
          // When a task is published, and what counts from then on.
          "messaging.broker.publishing.ConfirmedPublisher",
          "producer.Submissions",
          "producer.WarrenerClient",
          "producer.publish.PublishRun",
          // Expiration by a broker that takes the time of day.
          "messaging.broker.QpidDialect",
          // Logs, results, and the deadline that a handler is told.
          "controller.audit.AuditLog",
          "controller.BacklogAnswers",
          "controller.Controller",
          "controller.EffectRunner",
          "messaging.broker.orders.OrderFeed",
          // The clock of a publisher, to compare it.
          "controller.inbox.TaskInbox",
          // A fleet that never was.
          "controller.warmup.ImaginaryFleet");

  /** The rules of a controller that use the system's time, each with what it is for. */
  private static final Set<String> RULES =
      Set.of(
          "Transition",
          "state.Now",
          // Orders and tasks, whose times come from other hosts.
          "OrderArrival",
          "OrderRefusals",
          "Outranked",
          "TaskArrival",
          // What is shown.
          "OrderReports",
          "PresenceSnapshot",
          "Supervision",
          "TaskOutcomes",
          "TaskReports");

  @Test
  void onlyTheseReadTheSystemsClock() {
    noClasses()
        .that(resideInAnyPackage("dev.warrener.."))
        .and(are(READERS, ROOT).negate())
        .and(resideInAnyPackage(ROOT + "bench..", ROOT + "testbroker..").negate())
        .should()
        .accessTargetWhere(reads("the system's clock", target ->
            (isIn(target, Instant.class) && target.getFullName().endsWith(".now()"))
                || (isIn(target, InstantSource.class) && target.getName().equals("system"))
                || (isIn(target, Clock.class) && target.getName().startsWith("system"))
                || (isIn(target, System.class) && target.getName().equals("currentTimeMillis"))
                || (isIn(target, Date.class) && target.getFullName().endsWith("<init>()"))))
        .check(ArchitectureTest.ALL);
  }

  @Test
  void onlyTheseRulesUseTheSystemsTime() {
    noClasses()
        .that(resideInAnyPackage(ROOT + "controller.fleet.."))
        .and(are(RULES, ROOT + "controller.fleet.").negate())
        .should()
        .accessTargetWhere(reads("the system's time of a decision", target ->
            (isIn(target, Now.class)
                    || target.getOwner().getName().equals(ROOT + "controller.fleet.Transition"))
                && target.getFullName().endsWith(".instant()")))
        .check(ArchitectureTest.ALL);
  }

  private static boolean isIn(AccessTarget target, Class<?> owner) {
    return target.getOwner().isEquivalentTo(owner);
  }

  private static DescribedPredicate<JavaClass> are(Set<String> names, String prefix) {
    return DescribedPredicate.describe(
        "are named here",
        type -> {
          var name = type.getName();
          // A nested class belongs to its file.
          int nested = name.indexOf('$');
          var outer = nested < 0 ? name : name.substring(0, nested);
          return outer.startsWith(prefix) && names.contains(outer.substring(prefix.length()));
        });
  }

  private static DescribedPredicate<JavaAccess<?>> reads(
      String what, Predicate<AccessTarget> targets) {
    return DescribedPredicate.describe(
        "read " + what, access -> targets.test(access.getTarget()));
  }
}
