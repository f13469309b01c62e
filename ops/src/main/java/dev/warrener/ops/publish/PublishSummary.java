package dev.warrener.ops.publish;

import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.producer.publish.BadLine;
import dev.warrener.producer.publish.PublishReport;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Shows the end of a publish run: how many tasks, what went wrong, and the exit status. */
final class PublishSummary {
  private PublishSummary() {}

  /** Shows a report, in the chosen format, and returns the status. */
  static ExitStatus show(Screen screen, PublishReport report, Duration took) {
    conclude(screen, report, took);
    return status(report);
  }

  private static void conclude(Screen screen, PublishReport report, Duration took) {
    report.firstBad().forEach(line -> screen.insist(Tone.BAD, line.toString()));
    if (report.bad() > report.firstBad().size()) {
      screen.insist(
          Tone.BAD, "… and " + Phrases.grouped(report.bad() - report.firstBad().size()) + " more");
    }
    String stopped = report.stopped();
    if (stopped != null) {
      screen.insist(Tone.BAD, stopped);
    }
    switch (screen.format()) {
      case JSON -> screen.resultJson(ReportJson.of(report, status(report), took));
      case JSONL, NAME -> {}
      case TABLE -> {
        boolean isOneThatWasShown =
            report.published() == 1
                && report.unanswered() == 0
                && report.unknown() == 0
                && report.refused() == 0;
        if (!isOneThatWasShown) {
          screen.result(summary(report, took));
        }
      }
    }
  }

  private static String summary(PublishReport report, Duration took) {
    var words = new StringBuilder(Phrases.count(report.published(), "task")).append(" published");
    if (took.toMillis() > 0 && report.published() > 1) {
      words
          .append(" in ")
          .append(Phrases.brief(took))
          .append(" (")
          .append(Phrases.grouped(report.published() * 1000 / Math.max(1, took.toMillis())))
          .append("/s)");
    }
    append(words, report.succeeded(), "succeeded");
    append(words, report.otherwise(), "ended otherwise");
    append(words, report.unroutable(), "for a queue or a fleet that does not exist");
    append(words, report.refused(), "not published");
    append(words, report.unanswered(), "without a result yet");
    append(words, report.unknown(), "of which nobody knows whether the broker has them");
    append(words, report.bad(), "bad");
    return words.toString();
  }

  private static void append(StringBuilder words, long number, String what) {
    if (number > 0) {
      words.append(", ").append(Phrases.grouped(number)).append(' ').append(what);
    }
  }

  private static ExitStatus status(PublishReport report) {
    int code = report.exitStatus();
    return Stream.of(ExitStatus.values())
        .filter(status -> status.code() == code)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no exit status " + code));
  }

  /** The end of a publish run, as JSON. */
  record ReportJson(
      int version,
      String type,
      long published,
      long succeeded,
      long otherwise,
      long unroutable,
      long refused,
      long unknown,
      long unanswered,
      long bad,
      List<String> badLines,
      long tookMicros,
      int exitStatus) {

    static ReportJson of(PublishReport report, ExitStatus status, Duration took) {
      return new ReportJson(
          1,
          "publish.finished",
          report.published(),
          report.succeeded(),
          report.otherwise(),
          report.unroutable(),
          report.refused(),
          report.unknown(),
          report.unanswered(),
          report.bad(),
          report.firstBad().stream().map(BadLine::toString).toList(),
          took.toNanos() / 1000,
          status.code());
    }
  }
}
