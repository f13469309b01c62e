package dev.warrener.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.fleet.state.DeliveryKey;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AcknowledgementBatchTest {
  private static final int LARGE_LOOK_AHEAD = 1000;

  private long now = -5;
  private final AcknowledgementBatch batch = new AcknowledgementBatch(() -> now);

  @Test
  void emptyBatchIsNeverDue() {
    assertThat(batch.takeIfDue()).isNull();
    assertThat(batch.takeAll()).isNull();
    assertThat(batch.nanosUntilDue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneAcknowledgementWaitsFourMillisecondsForOthers() {
    add(1);
    now += 1_000_000;
    add(2);

    assertThat(batch.takeIfDue()).isNull();
    assertThat(batch.nanosUntilDue()).isEqualTo(3_000_000);

    now += 3_000_000;
    assertThat(batch.takeIfDue()).isEqualTo(all(1, 2));
    assertThat(batch.nanosUntilDue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void fullBatchIsDueAtOnce() {
    addUpTo(AcknowledgementBatch.MOST - 1);
    assertThat(batch.takeIfDue()).isNull();

    add(AcknowledgementBatch.MOST);

    assertThat(batch.takeIfDue()).isNotNull();
  }

  @Test
  void batchIsAtMostOneFifthOfTheSmallestLookAhead() {
    batch.limitTo("mail", LARGE_LOOK_AHEAD);
    assertThat(batch.most()).isEqualTo(AcknowledgementBatch.MOST);
    batch.limitTo("video", 10);
    batch.limitTo("images", 50);
    assertThat(batch.most()).isEqualTo(2);

    addUpTo(2);

    assertThat(batch.takeIfDue()).isEqualTo(all(1, 2));
  }

  @Test
  void batchGrowsWithTheLookAhead() {
    batch.limitTo("mail", 10);
    batch.limitTo("mail", 50);

    assertThat(batch.most()).isEqualTo(10);
  }

  @Test
  void withoutLookAheadEachAcknowledgementIsSentAtOnce() {
    batch.limitTo("mail", 4);
    add(1);

    assertThat(batch.takeIfDue()).isEqualTo(all(1));
  }

  @Test
  void smallLookAheadNeverWaitsForOlderDeliveries() {
    batch.limitTo(
        "mail", AcknowledgementBatch.WORTH_WAITING * AcknowledgementBatch.PART_OF_LOOK_AHEAD - 1);
    addUpTo(AcknowledgementBatch.WORTH_WAITING - 1);

    assertThat(batch.takeIfDue()).extracting(AcknowledgementBatch.Due::oldestOnly).isEqualTo(false);
  }

  @Test
  void manyAcknowledgementsMayWaitForOlderDeliveries() {
    addUpTo(AcknowledgementBatch.MOST);

    var due = batch.takeIfDue();

    assertThat(due).isNotNull();
    assertThat(due.oldestOnly()).isTrue();
    assertThat(due.keys()).hasSize(AcknowledgementBatch.MOST);
  }

  @Test
  void fewAcknowledgementsAreSentWithoutWaitingForOlderDeliveries() {
    addUpTo(AcknowledgementBatch.MOST / 2);
    now += AcknowledgementBatch.MOST_NANOS;

    assertThat(batch.takeIfDue()).extracting(AcknowledgementBatch.Due::oldestOnly).isEqualTo(false);
  }

  @Test
  void whatWaitsForOlderDeliveriesIsDueAgainWithoutNewAcknowledgements() {
    addUpTo(AcknowledgementBatch.MOST);
    batch.takeIfDue();

    assertThat(batch.nanosUntilDue()).isEqualTo(AcknowledgementBatch.MOST_NANOS);
    now += AcknowledgementBatch.MOST_NANOS;

    assertThat(batch.takeIfDue()).isEqualTo(all());
    assertThat(batch.nanosUntilDue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void newAcknowledgementsDontMakeThoseThatWaitForOlderDeliveriesWaitLonger() {
    addUpTo(AcknowledgementBatch.MOST);
    batch.takeIfDue();
    now += 3_000_000;
    add(100);

    assertThat(batch.nanosUntilDue()).isEqualTo(1_000_000);
  }

  @Test
  void nothingOvertakesAcknowledgements() {
    add(1);
    assertThat(batch.takeAll()).isEqualTo(all(1));

    addUpTo(AcknowledgementBatch.MOST);
    batch.takeIfDue();

    assertThat(batch.takeAll()).as("those that wait for older ones").isEqualTo(all());
    assertThat(batch.takeAll()).isNull();
  }

  private void addUpTo(int last) {
    IntStream.rangeClosed(1, last).forEach(this::add);
  }

  private void add(int number) {
    batch.add(key(number));
  }

  private static DeliveryKey key(long number) {
    return new DeliveryKey(1, "mail", number);
  }

  private static AcknowledgementBatch.Due all(long... numbers) {
    List<DeliveryKey> keys =
        java.util.Arrays.stream(numbers).mapToObj(AcknowledgementBatchTest::key).toList();
    return new AcknowledgementBatch.Due(keys, false);
  }
}
