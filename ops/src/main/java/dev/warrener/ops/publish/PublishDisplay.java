package dev.warrener.ops.publish;

import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.LiveArea;
import dev.warrener.ops.screen.OutputFormat;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Terminal;
import dev.warrener.ops.screen.Text;
import dev.warrener.producer.Published;
import dev.warrener.producer.publish.PublishListener;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows each task as it is confirmed, or as its result comes. Called by one thread at a time. */
final class PublishDisplay implements PublishListener, AutoCloseable {
  private static final int FAILURES_NAMED = 10;

  private final Screen screen;
  private final boolean waits;
  private final Invocation invocation;
  private final @Nullable LiveArea area;
  private final Instant startedAt;
  private @Nullable String first;
  private long confirmed;
  private long failed;

  PublishDisplay(Screen screen, boolean waits, Invocation invocation) {
    this.screen = screen;
    this.waits = waits;
    this.invocation = invocation;
    this.startedAt = invocation.clock().instant();
    boolean isQuietFormat =
        screen.format() == OutputFormat.TABLE || screen.format() == OutputFormat.JSON;
    this.area = screen.canRedraw() && isQuietFormat ? new LiveArea(screen, Terminal.size()) : null;
  }

  @Override
  public void published(Published published) {
    confirmed++;
    switch (screen.format()) {
      case NAME -> screen.resultName(published.task());
      case JSONL ->
          screen.resultJsonLine(
              Map.of(
                  "version",
                  1,
                  "type",
                  "task.published",
                  "task",
                  published.task(),
                  "queue",
                  published.queue(),
                  "tookMicros",
                  published.took().toNanos() / 1000));
      case TABLE -> {
        if (confirmed == 1) {
          // A single task is shown by its id, several tasks by their number.
          first = published.task();
        }
        progress();
      }
      case JSON -> progress();
    }
  }

  private void progress() {
    var now = invocation.clock().instant();
    if (area != null && now.isAfter(startedAt.plusSeconds(1))) {
      area.drawPaced(
          List.of(Phrases.count(confirmed, "task") + (waits ? " ended" : " confirmed")), now);
    }
  }

  @Override
  public void failed(Task task, RuntimeException because) {
    failed++;
    if (failed <= FAILURES_NAMED) {
      screen.insist(Tone.BAD, String.valueOf(because.getMessage()));
    }
  }

  @Override
  public void result(ResultMessage result) {
    confirmed++;
    switch (screen.format()) {
      case NAME -> screen.resultName(result.task());
      case JSONL -> screen.resultJsonLine(result);
      case JSON -> progress();
      case TABLE -> show(result);
    }
  }

  private void show(ResultMessage result) {
    var value = result.value();
    var error = result.error();
    if (result.outcome() == Outcome.SUCCEEDED) {
      screen.result(
          result.task()
              + " succeeded"
              + (value == null || value.isNull() ? "" : ": " + ContractJson.text(value)));
    } else {
      screen.result(
          screen.outStyle().paint(Tone.BAD, result.task() + " " + result.outcome().wire())
              + (error == null ? "" : ": " + Text.oneLine(error.message()))
              + (result.order() == null ? "" : " (order " + result.order() + ")"));
    }
  }

  @Override
  public void close() {
    if (area != null) {
      area.clear();
    }
    if (confirmed == 1 && first != null) {
      screen.result(first);
    }
    if (failed > FAILURES_NAMED) {
      screen.insist(Tone.BAD, "… and " + Phrases.grouped(failed - FAILURES_NAMED) + " more");
    }
  }
}
