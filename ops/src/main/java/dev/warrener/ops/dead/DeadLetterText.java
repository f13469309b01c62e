package dev.warrener.ops.dead;

import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Dead letters as a command shows them. */
final class DeadLetterText {
  private DeadLetterText() {}

  /** Shows dead letters in the chosen format. */
  static void show(Screen screen, List<DeadLetterJson> letters, Instant now) {
    switch (screen.format()) {
      case TABLE -> {
        if (!letters.isEmpty()) {
          screen.result(table(letters, now));
        }
      }
      case JSON -> screen.resultJson(letters);
      case JSONL -> letters.forEach(screen::resultJsonLine);
      case NAME -> letters.forEach(letter -> screen.resultName(letter.task()));
    }
  }

  private static Table table(List<DeadLetterJson> letters, Instant now) {
    var table =
        new Table()
            .left("TASK")
            .left("HANDLER")
            .left("BATCH")
            .left("REASON")
            .right("AGE")
            .left("CONTROLLER")
            .left("DETAIL");
    for (var json : letters) {
      var content = json.content();
      var mark = json.mark();
      var at = mark.at();
      table.row(
          Cell.of(json.task()),
          Cell.orEmpty(content.handler()),
          Cell.orEmpty(content.batch()),
          Cell.of(mark.reason().wire(), Tone.WARN),
          at == null ? Cell.EMPTY : Cell.of(Phrases.brief(Duration.between(at, now))),
          Cell.orEmpty(mark.controller()),
          Cell.of(mark.detail()));
    }
    return table;
  }
}
