package dev.warrener.controller.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QueueFlowTest {
  private static final long LONG = 2 * QueueFlow.QUIET_NANOS;

  private long now = -7;
  private final QueueFlow flow = new QueueFlow(3, now);

  @Test
  void tasksThatComeSoonAfterTheConsumerIsThereMayHaveWaited() {
    assertThat(delivered(LONG)).isFalse();
    assertThat(delivered(1)).isFalse();
  }

  @Test
  void firstTaskAfterALongTimeHasNotWaited() {
    assertThat(delivered(QueueFlow.BEGINNING_NANOS + LONG)).isTrue();
  }

  @Test
  void taskThatComesAfterAPauseHasNotWaited() {
    delivered(1);

    assertThat(delivered(LONG)).isTrue();
    assertThat(delivered(1)).as("the next one of a burst").isTrue();
  }

  @Test
  void tasksBehindAFullBufferMayHaveWaited() {
    delivered(1);
    delivered(LONG);
    assertThat(delivered(1)).as("the last one that fits").isTrue();

    now += LONG;
    flow.settled(now);

    assertThat(delivered(1)).isFalse();
    flow.settled(now);
    flow.settled(now);
    assertThat(delivered(1)).as("before the next pause").isFalse();
    assertThat(delivered(LONG)).isTrue();
  }

  @Test
  void consumerBesideAFullOneIsNotFullAndBeginsAnew() {
    delivered(1);
    delivered(1);
    delivered(1);

    flow.grow(4, now);

    assertThat(delivered(1)).as("the one that fits").isFalse();
    assertThat(delivered(LONG)).as("behind four").isFalse();
  }

  private boolean delivered(long later) {
    now += later;
    return flow.delivered(now);
  }
}
