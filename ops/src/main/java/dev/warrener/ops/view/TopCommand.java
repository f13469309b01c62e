package dev.warrener.ops.view;

import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.DurationConverter;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.invocation.LocalOptions;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Text;
import dev.warrener.ops.view.PsCommand.WorkerJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code warrener top}. */
@Command(
    name = "top",
    description = {
      "The fleet, refreshing until Ctrl-C: sums, and the workers. Busy workers come first, the"
          + " longest running first of all.",
      "",
      "Read-only. On a terminal it shows as many workers as fit; warrener ps shows all of them."
    })
public final class TopCommand extends FleetCommand {
  /** The least number of an id's characters that a dot replaces. */
  private static final int LEAST_LEFT_OUT = 4;

  @Mixin private WorkerOptions choice = new WorkerOptions();

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "1s",
      order = 40,
      converter = DurationConverter.class,
      description = "How often to look (default: 1s).")
  private Duration every = Duration.ofSeconds(1);

  @Option(
      names = "--times",
      paramLabel = "N",
      order = 41,
      description = "End after so many looks (default: go on until Ctrl-C).")
  private @Nullable Integer times;

  @Mixin private LocalOptions localOptions = new LocalOptions();

  public TopCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    if (times != null && times < 1) {
      throw CommandFailure.usage("--times must be 1 or more, not " + times);
    }
    WatchOptions.requirePositive("--every", every);
    var screen = invocation().screen();
    try (var view = FleetView.open(invocation(), localOptions, "top")) {
      return WatchOptions.again(
          invocation(),
          view,
          every,
          times == null ? WatchOptions.FOR_EVER : times,
          snapshot -> show(screen, snapshot));
    }
  }

  void show(Screen screen, Snapshot snapshot) {
    var workers = choice.of(snapshot, null);
    switch (screen.format()) {
      case TABLE ->
          screen.resultPage(
              page(
                  snapshot,
                  screen.isOnTerminal() ? withShortIds(workers) : workers,
                  screen.outStyle()));
      case JSON -> screen.resultJson(workers);
      case JSONL -> workers.forEach(screen::resultJsonLine);
      case NAME -> workers.forEach(worker -> screen.resultName(worker.worker()));
    }
  }

  /**
   * Leaves out how all tasks' ids begin: ids that were made in the same minute differ at their end,
   * which is what a narrow terminal cuts off.
   */
  static List<WorkerJson> withShortIds(List<WorkerJson> workers) {
    var ids =
        workers.stream()
            .map(WorkerJson::task)
            .filter(Objects::nonNull)
            .map(String::valueOf)
            .toList();
    int common = Text.commonBeginning(ids);
    return common < LEAST_LEFT_OUT
        ? workers
        : workers.stream().map(worker -> worker.withoutBeginning(common)).toList();
  }

  /** Returns the whole page; the screen cuts what does not fit. */
  static List<String> page(Snapshot snapshot, List<WorkerJson> workers, Style style) {
    var now = snapshot.at();
    var lines = new ArrayList<String>();
    long busy = workers.stream().filter(worker -> worker.task() != null).count();
    lines.add(
        Phrases.clock(now)
            + "  "
            + StatusCommand.controllersLine(snapshot)
            + "; "
            + Phrases.count(workers.size(), "worker")
            + ", "
            + busy
            + " busy");
    lines.add(WaitingTasks.of(snapshot).sentence());
    if (snapshot.alarm() != null) {
      lines.add(
          style.paint(
              Style.Tone.BAD,
              "The broker blocks publishers ("
                  + snapshot.alarm()
                  + "), so that no controller can answer."));
    }
    snapshot
        .unheard()
        .ifPresent(sentence ->
            lines.add(style.paint(Style.Tone.BAD, sentence + ": workers there are not shown")));
    if (snapshot.tripped()) {
      lines.add(style.paint(Style.Tone.BAD, "Everything is held: the tripwire was pulled."));
    }
    for (var known : snapshot.roster().silent()) {
      lines.add(
          style.paint(Style.Tone.BAD, snapshot.silence(known) + ": its workers are not shown"));
    }
    if (!workers.isEmpty()) {
      lines.add("");
      lines.addAll(PsCommand.table(workers, now).lines(style));
    }
    return lines;
  }
}
