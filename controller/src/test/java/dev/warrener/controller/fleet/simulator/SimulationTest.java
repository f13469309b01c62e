package dev.warrener.controller.fleet.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.Fleet;
import dev.warrener.controller.fleet.Timer;
import dev.warrener.controller.fleet.state.FleetState;
import dev.warrener.controller.fleet.state.Now;
import dev.warrener.messaging.report.Report;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SimulationTest {
  /** Steps of a life before the calm. */
  private static final int STORM = 500;

  private static final long STEPS = 1_000_000;

  /** The most lives of a falsified controller: what it does wrong may need rare circumstances. */
  private static final long MOST_FALSIFIED = 300;

  /** One life again, by its seed; 0 for all. */
  private static final long ONLY = Long.getLong("warrener.simulation.seed", 0);

  /** For how long to go on at least; beyond 0 it begins with a seed of its own. */
  private static final long MINUTES = Long.getLong("warrener.simulation.minutes", 0);

  @Test
  void invariantsHoldWhateverHappensInWhateverOrder() {
    long first = ONLY != 0 ? ONLY : MINUTES > 0 ? System.currentTimeMillis() : 1;
    long until = System.nanoTime() + MINUTES * 60_000_000_000L;
    long seed = first;
    long steps = 0;
    long orders = 0;
    long local = 0;
    long overlaps = 0;
    long repeats = 0;
    long confirmed = 0;
    long again = 0;
    var digest = new DecisionDigest();
    Simulation.Decider digested =
        (state, event, now) -> {
          var decision = Fleet.decide(state, event, now);
          digest.add(decision.effects());
          return decision;
        };
    do {
      var life = new Simulation(seed, digested, null);
      try {
        life.run(STORM);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed "
                + seed
                + ", step "
                + life.steps
                + ": "
                + e.getMessage()
                + "\nWhat led to it:\n"
                + String.join("\n", lastWords(seed))
                + "\nAgain: mvn -pl controller -am test -Dtest=SimulationTest"
                + " -Dwarrener.simulation.seed="
                + seed,
            e);
      }
      steps += life.steps;
      orders += life.operator.issued();
      local += life.operator.local;
      overlaps += life.checks.world.overlaps;
      repeats += life.checks.world.repeats;
      confirmed += life.checks.verdict.confirmed;
      again += life.operator.again;
      seed++;
    } while (ONLY == 0 && (steps < STEPS || System.nanoTime() < until));
    System.out.println(
        "simulated %,d fleets from seed %d: %,d steps, %,d orders and %,d of one host, %,d with a used id; %,d kills confirmed; %,d runs overlapped one that had lost its delivery, %,d came again after a success; digest of all decisions %s"
            .formatted(
                seed - first,
                first,
                steps,
                orders,
                local,
                again,
                confirmed,
                overlaps,
                repeats,
                digest));
  }

  /** The same life once more, with its trace, which would cost too much for all of them. */
  private static List<String> lastWords(long seed) {
    var trace = trace(seed, Fleet::decide);
    return trace.subList(Math.max(0, trace.size() - 60), trace.size());
  }

  private static List<String> trace(long seed, Simulation.Decider decider) {
    var lines = new ArrayList<String>();
    var life = new Simulation(seed, decider, lines::add);
    try {
      life.run(STORM);
    } catch (AssertionError | RuntimeException e) {
      lines.add(String.valueOf(e.getMessage()));
    }
    return lines;
  }

  @Test
  void sameSeedIsTheSameLife() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(trace(seed, Fleet::decide)).isEqualTo(trace(seed, Fleet::decide));
    }
  }

  // That the checks see: what a controller does is falsified on its way to the models.

  @Test
  void deliveryThatIsSettledTwiceIsSeen() {
    assertSeen(
        Check.SETTLED_ONCE,
        (event, effects) -> {
          for (var effect : List.copyOf(effects)) {
            if (effect instanceof Effect.Acknowledge) {
              effects.add(effect);
            }
          }
        });
  }

  @Test
  void taskThatIsGivenBackWhenItStartsIsSeen() {
    Map<String, Event.Delivered> last = new HashMap<>();
    assertSeen(
        Check.SETTLED_AFTER_DEATH,
        (state, event, now) -> {
          var decision = Fleet.decide(state, event, now);
          var effects = new ArrayList<>(decision.effects());
          var id = state.settings().controller();
          var here = last.get(id);
          if (event instanceof Event.Delivered delivered) {
            last.put(id, delivered);
          } else if (event instanceof Event.Started started
              && here != null
              && here.task().id().equals(started.task())
              && here.task().attempt() == started.attempt()) {
            effects.add(new Effect.Requeue(here.key()));
          } else if (!(event instanceof Event.Spawned || event instanceof Event.Ready)) {
            last.remove(id);
          }
          return new Fleet.Decision(decision.state(), effects);
        });
  }

  @Test
  void killThatNobodyMeantIsSeen() {
    assertSeen(
        Check.NOBODY_ELSE_IS_KILLED,
        (event, effects) -> {
          if (event instanceof Event.Started started) {
            effects.add(new Effect.Kill(List.of(started.worker())));
          }
        });
  }

  @Test
  void endThatIsMissedIsSeen() {
    assertSeen(
        Check.NOTHING_OUTLIVES_ITS_TIME,
        (state, event, now) ->
            event instanceof Event.TimerDue due
                    && (due.timer() instanceof Timer.RunDeadline
                        || due.timer() instanceof Timer.GraceOver)
                ? new Fleet.Decision(state, List.of())
                : Fleet.decide(state, event, now));
  }

  @Test
  void reportThatIsSwallowedIsSeen() {
    assertSeen(
        Check.CERTIFICATES_AGREE,
        (event, effects) ->
            effects.removeIf(effect ->
                effect instanceof Effect.Say say && say.report() instanceof Report.WorkerDead));
  }

  /** Changes what follows from an event. */
  private interface Falsehood {
    void apply(Event event, List<Effect> effects);
  }

  private static void assertSeen(Check check, Falsehood falsehood) {
    assertSeen(
        check,
        (FleetState state, Event event, Now now) -> {
          var decision = Fleet.decide(state, event, now);
          var effects = new ArrayList<>(decision.effects());
          falsehood.apply(event, effects);
          return new Fleet.Decision(decision.state(), effects);
        });
  }

  /** Lets fleets live with a falsified controller until a check sees it: that one, and first. */
  static void assertSeen(Check check, Simulation.Decider falsified) {
    assertThatThrownBy(
            () -> {
              for (long seed = 1; seed <= MOST_FALSIFIED; seed++) {
                new Simulation(seed, falsified, null).run(STORM);
              }
            })
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.check()).isEqualTo(check));
  }
}
