package dev.warrener.messaging.broker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LookAheadTest {
  private static final long MIB = 1 << 20;
  private static final long MEMORY = 64 * MIB;

  private final LookAhead lookAhead = new LookAhead();

  @BeforeEach
  void want() {
    lookAhead.want(100);
  }

  @Test
  void lookAheadIsSmallBeforeTheFirstDelivery() {
    assertThat(lookAhead.messages(MEMORY)).isEqualTo(4);
    assertThat(lookAhead.messages(MIB)).as("never none").isOne();
  }

  @Test
  void smallBodiesGetAllThatIsWanted() {
    lookAhead.delivered(200);

    assertThat(lookAhead.messages(MEMORY)).isEqualTo(100);
    assertThat(lookAhead.isChangeDue(4, MEMORY)).isTrue();
    assertThat(lookAhead.isChangeDue(100, MEMORY)).isFalse();
  }

  @Test
  void largeBodyReducesTheLookAhead() {
    lookAhead.delivered(200);
    lookAhead.delivered(15 * MIB);

    assertThat(lookAhead.messages(MEMORY)).isEqualTo(4);
    assertThat(lookAhead.isChangeDue(100, MEMORY)).isTrue();
  }

  @Test
  void largeBodyIsForgottenAfterManySmallOnes() {
    lookAhead.delivered(15 * MIB);
    lookAhead.settled(1, 15 * MIB);
    for (int i = 0; i < 2 * LookAhead.WINDOW; i++) {
      lookAhead.delivered(200);
    }

    assertThat(lookAhead.messages(MEMORY)).isEqualTo(100);
  }

  @Test
  void moreBytesThanThereIsRoomForStopItUntilHalfAreSettled() {
    for (int i = 0; i < 6; i++) {
      lookAhead.delivered(15 * MIB);
    }

    assertThat(lookAhead.messages(MEMORY)).isZero();
    settle(3);
    assertThat(lookAhead.messages(MEMORY)).as("45 MiB are left").isZero();
    assertThat(lookAhead.isChangeDue(0, MEMORY)).isFalse();
    settle(1);
    assertThat(lookAhead.messages(MEMORY)).as("30 MiB are left").isEqualTo(4);
    assertThat(lookAhead.isChangeDue(0, MEMORY)).isTrue();
  }

  @Test
  void bodyThatIsLargerThanTheMemoryComesAlone() {
    lookAhead.delivered(100 * MIB);
    assertThat(lookAhead.messages(MEMORY)).isZero();

    lookAhead.settled(1, 100 * MIB);

    assertThat(lookAhead.messages(MEMORY)).isOne();
  }

  @Test
  void nothingIsConsumedThatIsNotWanted() {
    lookAhead.delivered(200);
    lookAhead.want(0);

    assertThat(lookAhead.messages(MEMORY)).isZero();
    assertThat(lookAhead.isChangeDue(0, MEMORY)).isFalse();
  }

  @Test
  void deliveriesOfFormerConsumersCountUntilTheyAreSettled() {
    deliverFormer(4);
    lookAhead.want(4);

    assertThat(lookAhead.messagesOfConsumers(MEMORY)).isZero();
    assertThat(lookAhead.isChangeDue(0, MEMORY)).isFalse();
    lookAhead.settled(2, 200);
    assertThat(lookAhead.messagesOfConsumers(MEMORY)).isOne();
    assertThat(lookAhead.isChangeDue(0, MEMORY)).isTrue();
    assertThat(lookAhead.isChangeDue(1, MEMORY)).isFalse();
    lookAhead.settled(5, 200);
    assertThat(lookAhead.isChangeDue(1, MEMORY)).as("one that came later was settled").isFalse();
    lookAhead.settled(1, 200);
    assertThat(lookAhead.isChangeDue(1, MEMORY)).as("a worker would be idle").isTrue();
  }

  @Test
  void smallPartOfALargeLookAheadIsNotWorthAConsumer() {
    deliverFormer(8);
    lookAhead.want(1000);

    assertThat(lookAhead.messagesOfConsumers(MEMORY)).isEqualTo(992);
    for (int tag = 1; tag <= 7; tag++) {
      lookAhead.settled(tag, 200);
      assertThat(lookAhead.isChangeDue(992, MEMORY)).isFalse();
    }
    lookAhead.settled(8, 200);
    assertThat(lookAhead.isChangeDue(992, MEMORY)).isTrue();
  }

  private void deliverFormer(int number) {
    for (int i = 0; i < number; i++) {
      lookAhead.delivered(200);
    }
    lookAhead.countFormer(number, number);
  }

  private void settle(int bodies) {
    for (int i = 0; i < bodies; i++) {
      lookAhead.settled(1, 15 * MIB);
    }
  }
}
