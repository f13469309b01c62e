package dev.warrener.controller.process.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FrameMemoryTest {
  private final FrameMemory memory = new FrameMemory(1_000);
  private final AtomicInteger roomAgain = new AtomicInteger();
  private final FrameMemory.Incoming first = memory.new Incoming(() -> {});
  private final FrameMemory.Incoming second = memory.new Incoming(() -> {});

  @Test
  void frameWaitsUntilThereIsRoomForAllOfIt() {
    assertThat(first.begin(600, roomAgain::incrementAndGet)).isTrue();
    assertThat(first.begin(600, roomAgain::incrementAndGet)).as("the same frame").isTrue();

    assertThat(second.begin(500, roomAgain::incrementAndGet)).isFalse();
    first.end();

    assertThat(roomAgain).hasValue(1);
    assertThat(second.begin(500, roomAgain::incrementAndGet)).isTrue();
  }

  @Test
  void resultsThatAreNotPublishedTakeRoomFromFrames() {
    memory.take(2_000);

    assertThat(first.begin(10, roomAgain::incrementAndGet)).isFalse();
    memory.give(1_000);
    assertThat(roomAgain).as("worth another try").hasValue(1);
    assertThat(first.begin(10, roomAgain::incrementAndGet)).isFalse();
    memory.give(1_000);

    assertThat(first.begin(10, roomAgain::incrementAndGet)).isTrue();
  }

  @Test
  void memoryIsGivenBackOnce() {
    assertThat(first.begin(1_000, roomAgain::incrementAndGet)).isTrue();

    first.end();
    first.end();

    assertThat(second.begin(1_000, roomAgain::incrementAndGet)).isTrue();
    assertThat(first.begin(1, roomAgain::incrementAndGet)).isFalse();
  }

  @Test
  void memoryIsAnEighthOfTheHeap() {
    assertThat(FrameMemory.ofHeap().mostBytes())
        .isEqualTo(Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 8));
  }
}
