package dev.warrener.e2e.race;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.GetResponse;
import dev.warrener.e2e.fixture.Observer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges races when all is over, by what the workers wrote down and by what a plain AMQP client
 * found at the broker.
 */
final class RaceJudge {
  private final Map<String, List<String>> dead = new HashMap<>();

  /**
   * Returns a judge who knows these dead letters.
   *
   * @param letters all dead letters of the queue
   */
  RaceJudge(List<GetResponse> letters) {
    for (var letter : letters) {
      dead.computeIfAbsent(letter.getProps().getMessageId(), id -> new ArrayList<>())
          .add(String.valueOf(Observer.headers(letter).get("x-dead-order")));
    }
  }

  /**
   * How the races ended.
   *
   * @param atTheEnd how many of the killed had already come to their handler's last act
   */
  record Tally(int killed, int atTheEnd, int finished, int refused) {}

  /** Fails the test unless each race ended as the contract says. */
  Tally judge(Collection<Race> races) {
    int killed = 0;
    int atTheEnd = 0;
    int finished = 0;
    int refused = 0;
    for (var race : races) {
      var letters = dead.get(race.task);
      var what = race + ", dead letters " + letters;
      if (judgeOrder(race, what)) {
        killed++;
        judgeKilled(race, letters, what);
        atTheEnd += race.runs.getFirst().ended ? 1 : 0;
      } else {
        finished++;
        judgeFinished(race, letters, what);
      }
      refused += race.reports("controller.refused").isEmpty() ? 0 : 1;
      assertThat(race.runs).as(what).allMatch(run -> run.attempt == 1);
    }
    return new Tally(killed, atTheEnd, finished, refused);
  }

  /** Checks the answers to an order; returns whether the task was reported as killed. */
  private static boolean judgeOrder(Race race, String what) {
    var done = race.reports("controller.done");
    var refused = race.reports("controller.refused");
    var certificates = race.reports("worker.dead");
    var settled = race.reports("task.settled");
    assertThat(done.isEmpty()).as(what).isNotEqualTo(refused.isEmpty());
    var first = race.runs.getFirst();
    for (var certificate : certificates) {
      assertThat(certificate.get("worker").asString()).as(what).isEqualTo(first.worker);
      assertThat(certificate.get("incarnation").asLong()).as(what).isEqualTo(first.incarnation);
    }
    for (var one : settled) {
      assertThat(one.get("task").asString()).as(what).isEqualTo(race.task);
      assertThat(one.get("attempt").asInt()).as(what).isEqualTo(1);
    }
    if (!refused.isEmpty()) {
      assertThat(certificates).as(what).isEmpty();
      assertThat(settled).as(what).isEmpty();
      assertThat(refused.getFirst().get("because").asString())
          .as(what)
          .matches(".*has ended here|worker .* is incarnation \\d+ now, not \\d+; it .*");
      return false;
    }
    for (var one : done) {
      assertThat(one.get("failed")).as(what).isEmpty();
      assertThat(one.get("workers").asInt()).as(what).isEqualTo(certificates.size());
      assertThat(one.get("tasks").asInt()).as(what).isEqualTo(settled.size());
    }
    assertThat(settled).as(what).hasSizeLessThanOrEqualTo(certificates.size());
    return !settled.isEmpty();
  }

  private static void judgeKilled(Race race, @Nullable List<String> letters, String what) {
    assertThat(race.runs.getFirst().reported).as(what).isFalse();
    switch (race.fate) {
      case "requeue" -> {
        assertThat(race.outcomes()).as(what).containsExactly("succeeded");
        assertThat(race.runs).as(what).hasSize(2);
        assertThat(race.runs.getLast().ended).as(what).isTrue();
        assertThat(letters).as(what).isNull();
      }
      case "purge" -> {
        assertThat(race.outcomes()).as(what).containsExactly("killed");
        assertThat(race.runs).as(what).hasSize(1);
        assertThat(letters).as(what).isNull();
      }
      default -> {
        assertThat(race.outcomes()).as(what).containsExactly("killed");
        assertThat(race.runs).as(what).hasSize(1);
        assertThat(letters).as(what).containsExactly(race.order);
      }
    }
  }

  private static void judgeFinished(Race race, @Nullable List<String> letters, String what) {
    assertThat(race.runs).as(what).hasSize(1);
    assertThat(race.runs.getFirst().ended).as(what).isTrue();
    assertThat(race.outcomes()).as(what).containsExactly("succeeded");
    assertThat(letters).as(what).isNull();
  }
}
