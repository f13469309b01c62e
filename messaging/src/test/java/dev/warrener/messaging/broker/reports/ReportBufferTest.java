package dev.warrener.messaging.broker.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.reports.OutgoingReport.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportBufferTest {
  private final ReportBuffer buffer = new ReportBuffer(3);

  @Test
  void reportsAboutOrdersGoFirst() {
    buffer.add(statement(Kind.EVENT, "event"));
    buffer.add(statement(Kind.RESULT, "result"));
    buffer.add(statement(Kind.ORDER, "order"));

    assertThat(next()).isEqualTo("order");
    assertThat(next()).isEqualTo("result");
    assertThat(next()).isEqualTo("event");
    assertThat(next()).isNull();
  }

  @Test
  void onlyTheNewestPresenceWaits() {
    buffer.add(statement(Kind.PRESENCE, "old"));

    var gone = buffer.add(statement(Kind.PRESENCE, "new"));

    assertThat(key(gone)).isEqualTo("old");
    assertThat(next()).isEqualTo("new");
    assertThat(next()).isNull();
    assertThat(buffer.dropped()).isZero();
  }

  @Test
  void whenItIsFullEventsGoBeforeResultsAndResultsBeforeReports() {
    buffer.add(statement(Kind.ORDER, "order"));
    buffer.add(statement(Kind.RESULT, "result"));
    buffer.add(statement(Kind.EVENT, "event"));

    assertThat(key(buffer.add(statement(Kind.ORDER, "order 2")))).isEqualTo("event");
    assertThat(key(buffer.add(statement(Kind.ORDER, "order 3")))).isEqualTo("result");
    assertThat(key(buffer.add(statement(Kind.ORDER, "order 4")))).isEqualTo("order");
    assertThat(buffer.dropped()).isEqualTo(3);
  }

  @Test
  void whatFailedWaitsUntilItIsDue() {
    var failed = statement(Kind.RESULT, "failed");
    failed.dueNanos = 1_000;
    assertThat(buffer.putBack(failed, false)).isTrue();

    assertThat(key(buffer.next(400))).isNull();
    assertThat(buffer.nanosUntilDue(400)).isEqualTo(600);
    assertThat(key(buffer.next(1_000))).isEqualTo("failed");
    assertThat(buffer.isEmpty()).isTrue();
  }

  @Test
  void ofThoseThatFailedTheOneThatIsDueFirstComesFirst() {
    for (int due : new int[] {300, 100, 200}) {
      var failed = statement(Kind.RESULT, "due " + due);
      failed.dueNanos = due;
      assertThat(buffer.putBack(failed, false)).isTrue();
    }

    assertThat(buffer.nanosUntilDue(0)).isEqualTo(100);
    assertThat(key(buffer.next(150))).isEqualTo("due 100");
    assertThat(key(buffer.next(250))).isEqualTo("due 200");
    assertThat(key(buffer.next(350))).isEqualTo("due 300");
  }

  private @Nullable String next() {
    return key(buffer.next(System.nanoTime()));
  }

  private static @Nullable String key(@Nullable OutgoingReport statement) {
    return statement == null ? null : statement.routingKey;
  }

  private static OutgoingReport statement(Kind kind, String key) {
    return OutgoingReport.open(kind, "exchange", key, Message.json(new byte[0]));
  }
}
