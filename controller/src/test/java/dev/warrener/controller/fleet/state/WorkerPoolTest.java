package dev.warrener.controller.fleet.state;

import static dev.warrener.controller.fleet.state.Samples.START;
import static dev.warrener.controller.fleet.state.Samples.busy;
import static dev.warrener.controller.fleet.state.Samples.idle;
import static dev.warrener.controller.fleet.state.Samples.run;
import static dev.warrener.controller.fleet.state.Samples.worker;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  private static final Settings.QueueSettings MAIL =
      new Settings.QueueSettings("mail", 2, 0, 3, Duration.ZERO, Settings.Ahead.NONE, 1);
  private static final Settings.QueueSettings IMAGES =
      new Settings.QueueSettings("images", 1, 0, 3, Duration.ZERO);

  private WorkerPool pool = WorkerPool.of(List.of(MAIL, IMAGES), START);

  @Test
  void everyQueueHasItsWorkersAndSparesNumberedFromOne() {
    assertThat(pool.slots()).extracting(Slot::number).containsExactly(1, 2, 3, 4);
    assertThat(pool.ofQueue("mail")).extracting(Slot::number).containsExactly(1, 2, 3);
    assertThat(pool.ofQueue("images")).extracting(Slot::number).containsExactly(4);
    assertThat(pool.ofQueue("unknown")).isEmpty();
  }

  @Test
  void aWorkerIsFoundOnlyWhileItsProcessIsInTheSlot() {
    put(idle(slot(2)));

    assertThat(pool.find(worker(2))).isNotNull();

    put(slot(2).next(START));

    assertThat(pool.find(worker(2))).isNull();
    assertThat(pool.find(5)).isNull();
    assertThat(pool.find(0)).isNull();
  }

  @Test
  void aChangeIsSeenByItsQueueAndNotByTheStateBefore() {
    var before = pool;
    put(idle(slot(4)));

    assertThat(pool.ofQueue("images")).allMatch(Slot::isLive);
    assertThat(before.ofQueue("images")).noneMatch(Slot::isLive);
    assertThat(before).isNotEqualTo(pool);
  }

  @Test
  void theTasksOfAllWorkersAreFound() {
    var busy = busy(slot(1), run("runs", 1));
    var ahead = TaskRun.of(Samples.task("ahead"), Samples.delivery(1, 2));
    var process = (Slot.Busy) busy.process();
    put(busy.with(process.with(process.run(), process.ahead().plus(ahead))));

    assertThat(pool.has(new TaskKey("runs", "mail"))).isTrue();
    assertThat(pool.has(new TaskKey("ahead", "mail"))).isTrue();
    assertThat(pool.has(new TaskKey("other", "mail"))).isFalse();
    assertThat(pool.has(new TaskKey("runs", "images"))).isFalse();
  }

  @Test
  void sparesAreLeftWhenAsManyWorkersAreBusyAsTheQueueIsToHave() {
    put(busy(slot(1), run("a", 1)));
    assertThat(pool.hasOnlySparesFree(MAIL)).isFalse();

    put(busy(slot(3), run("b", 2)));
    assertThat(pool.hasOnlySparesFree(MAIL)).isTrue();
  }

  @Test
  void aQueueWithoutSparesUsesAllItsWorkers() {
    put(busy(slot(4), run("a", 1)));

    assertThat(pool.hasOnlySparesFree(IMAGES)).isFalse();
  }

  @Test
  void aPoolIsLiveWithAProcessAndBusyWithATask() {
    assertThat(pool.anyLive()).isFalse();

    put(idle(slot(2)));
    assertThat(pool.anyLive()).isTrue();
    assertThat(pool.anyBusy()).isFalse();

    put(busy(slot(2), run("a", 1)));
    assertThat(pool.anyBusy()).isTrue();
  }

  private Slot slot(int number) {
    return Objects.requireNonNull(pool.find(number));
  }

  private void put(Slot slot) {
    pool = pool.with(slot);
  }
}
