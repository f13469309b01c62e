package dev.warrener.ops.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.report.Presence;
import dev.warrener.messaging.report.Presence.WorkerPresence;
import dev.warrener.messaging.report.TaskProgress;
import dev.warrener.messaging.report.WorkerState;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Cell;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Table;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code warrener ps}. */
@Command(name = "ps", description = "Every worker and what it does now, the longest running first.")
public final class PsCommand extends FleetCommand {
  @Mixin private WorkerOptions choice = new WorkerOptions();

  @Option(
      names = "--state",
      paramLabel = "STATE",
      converter = StateConverter.class,
      description =
          "Only in this state: empty, starting, idle, busy, dying, backing-off, crash-looping.")
  private @Nullable WorkerState state;

  @Mixin private WatchOptions watching = new WatchOptions();

  public PsCommand(Invocation invocation) {
    super(invocation);
  }

  /** A worker as JSON: its presence, with whose it is. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record WorkerJson(
      String worker,
      String controller,
      String host,
      String queue,
      WorkerState state,
      Instant since,
      long incarnation,
      @Nullable Long pid,
      @Nullable String task,
      @Nullable Integer attempt,
      @Nullable String batch,
      @Nullable String handler,
      @Nullable TaskProgress progress) {

    /** Returns a copy whose task's id has lost its first characters. */
    WorkerJson withoutBeginning(int characters) {
      return new WorkerJson(
          worker,
          controller,
          host,
          queue,
          state,
          since,
          incarnation,
          pid,
          task == null ? null : "…" + task.substring(characters),
          attempt,
          batch,
          handler,
          progress);
    }

    static WorkerJson of(Presence presence, WorkerPresence worker) {
      return new WorkerJson(
          presence.id() + "/" + worker.slot(),
          presence.id(),
          presence.host(),
          worker.queue(),
          worker.state(),
          worker.since(),
          worker.incarnation(),
          worker.pid(),
          worker.task(),
          worker.attempt(),
          worker.batch(),
          worker.handler(),
          worker.progress());
    }
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var screen = invocation().screen();
    return watching.run(invocation(), "ps", snapshot -> show(screen, snapshot));
  }

  void show(Screen screen, Snapshot snapshot) {
    var workers = choice.of(snapshot, state);
    switch (screen.format()) {
      case TABLE -> {
        if (workers.isEmpty()) {
          snapshot.emptiness("No worker").ifPresent(screen::say);
        } else {
          screen.result(table(workers, snapshot.at()));
        }
      }
      case JSON -> screen.resultJson(workers);
      case JSONL -> workers.forEach(screen::resultJsonLine);
      case NAME -> workers.forEach(worker -> screen.resultName(worker.worker()));
    }
    snapshot.sayUnheard(screen, "workers there are not shown");
  }

  /** The table of workers, also for {@code top} and {@code controller show}. */
  static Table table(List<WorkerJson> workers, Instant now) {
    var table =
        new Table()
            .left("WORKER")
            .left("HOST")
            .left("QUEUE")
            .left("STATE")
            .right("FOR")
            .right("PID")
            .left("HANDLER")
            .left("BATCH")
            .left("TASK")
            .left("PROGRESS");
    for (var worker : workers) {
      table.row(
          Cell.of(worker.worker()),
          worker.host().equals(worker.controller()) ? Cell.EMPTY : Cell.of(worker.host()),
          Cell.of(worker.queue()),
          Cell.of(worker.state().wire(), tone(worker.state())),
          Cell.of(Phrases.brief(java.time.Duration.between(worker.since(), now))),
          worker.pid() == null ? Cell.of("-") : Cell.of(worker.pid()),
          Cell.orEmpty(worker.handler()),
          Cell.orEmpty(worker.batch()),
          Cell.orEmpty(worker.task()),
          RunningTask.progress(worker.progress()));
    }
    return table;
  }

  private static Tone tone(WorkerState state) {
    return switch (state) {
      case BUSY -> Tone.GOOD;
      case IDLE, STARTING, EMPTY -> Tone.NORMAL;
      case DYING, BACKING_OFF -> Tone.WARN;
      case CRASH_LOOPING -> Tone.BAD;
    };
  }

  /** Reads the state's name. */
  static final class StateConverter implements ITypeConverter<WorkerState> {
    @Override
    public WorkerState convert(String text) {
      try {
        return WorkerState.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
