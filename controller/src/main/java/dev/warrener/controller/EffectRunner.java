package dev.warrener.controller;

import dev.warrener.controller.audit.AuditJson;
import dev.warrener.controller.audit.AuditLog;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.NeverRun;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.inbox.WorkerFrames;
import dev.warrener.controller.inbox.WorkerInbox;
import dev.warrener.controller.local.LocalControl;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.messaging.broker.SerialExecutor;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.broker.reports.Reporter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs the effects that the fleet loop has decided, by handing each to the part of the
 * controller that does it. Called by the fleet loop's thread alone. Nothing here blocks, except
 * that a kill waits for its record for a moment: slow work is done on other threads, and its
 * outcome is posted as an event.
 */
final class EffectRunner {
  private static final Logger LOG = LoggerFactory.getLogger(EffectRunner.class);

  /** The longest that a kill waits until it is written down: 20 ms, if the disk does not answer. */
  private static final Duration DISK_PATIENCE = Duration.ofMillis(20);

  private final Settings settings;
  private final WorkerLaunch launch;
  private final WorkerProcesses processes;
  private final WorkerInbox workers;
  private final TaskDeliveries deliveries;
  private final TaskPublisher copies;
  private final OrderFeed orders;
  private final Reporter reporter;
  private final BacklogAnswers answers;
  private final LocalControl local;
  private final AuditLog audit;
  private final HostProblems problems;
  private final RestrictionsFile restrictions;
  private final RunsFile runs;
  private final KillsFile kills;
  private final Timers timers;
  private final Consumer<Event> events;
  private final SerialExecutor restrictionsWriter = new SerialExecutor("restrictions");
  private final DecisionLog decisions = new DecisionLog(LOG, System::nanoTime);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Written before {@link #ended} is counted down, read after. */
  private volatile @Nullable String misconfigured;

  EffectRunner(
      Settings settings,
      WorkerLaunch launch,
      WorkerProcesses processes,
      WorkerInbox workers,
      TaskDeliveries deliveries,
      TaskPublisher copies,
      OrderFeed orders,
      Reporter reporter,
      LocalControl local,
      AuditLog audit,
      RestrictionsFile restrictions,
      RunsFile runs,
      KillsFile kills,
      Timers timers,
      Consumer<Event> events) {
    this.settings = settings;
    this.launch = launch;
    this.processes = processes;
    this.workers = workers;
    this.deliveries = deliveries;
    this.copies = copies;
    this.orders = orders;
    this.reporter = reporter;
    this.answers = new BacklogAnswers(settings.controller(), reporter);
    this.local = local;
    this.audit = audit;
    this.problems = new HostProblems(audit, orders);
    this.restrictions = restrictions;
    this.runs = runs;
    this.kills = kills;
    this.timers = timers;
    this.events = events;
  }

  /**
   * Performs an effect.
   *
   * @param generation the connection that is in use, as the fleet's state knows it
   */
  void perform(Effect effect, long generation) {
    switch (effect) {
      case Effect.Spawn spawn -> spawn(spawn);
      case Effect.Dispatch dispatch -> dispatch(dispatch);
      case Effect.Recall recall -> recall(recall);
      case Effect.AskToEnd ask -> askToEnd(ask);
      case Effect.Kill kill -> processes.killAll(kill.workers());
      case Effect.Consume consume -> deliveries.consume(consume, generation);
      case Effect.CancelConsumer cancel -> deliveries.cancel(cancel.queue());
      case Effect.Acknowledge acknowledge -> deliveries.acknowledge(acknowledge.delivery());
      case Effect.Requeue requeue -> deliveries.requeue(requeue.delivery());
      case Effect.Reject reject -> deliveries.reject(reject.delivery());
      case Effect.Move move -> copies.move(move);
      case Effect.Barrier barrier -> deliveries.barrier(barrier);
      case Effect.PurgeBacklog purge -> {
        var why = NeverRun.purgedBy(purge.order());
        deliveries.purge(purge, delivery -> answers.tell(delivery, why));
      }
      case Effect.DeadLetterBacklog sweep -> {
        var why = NeverRun.killedBy(sweep.order());
        deliveries.sweep(
            sweep,
            delivery ->
                copies
                    .publishDead(delivery, sweep)
                    .thenApply(outcome -> answers.tellIfMoved(delivery, why, outcome)));
      }
      case Effect.Say say -> {
        var report = problems.in(say.report());
        local.report(report);
        reporter.report(report, say.replyTo());
      }
      case Effect.Keep keep -> restrictionsWriter.execute(() -> keep(keep));
      case Effect.KeepKills keep -> keepKills(keep);
      case Effect.WriteSuspectRuns write -> restrictionsWriter.execute(() -> writeRuns(write));
      case Effect.Audit line -> audit.append(AuditJson.of(line.entry()));
      case Effect.SendResult send -> copies.sendResult(send);
      case Effect.TellTask tell -> reporter.event(tell.event());
      case Effect.TellWorker tell -> reporter.event(tell.event());
      case Effect.ShowRunning show -> orders.setRunning(show.any());
      case Effect.Rearm _ -> orders.rearm();
      case Effect.Schedule schedule -> timers.schedule(schedule);
      case Effect.Log log -> decisions.log(log);
      case Effect.Misconfigured wrong -> misconfigured = wrong.sentence();
      case Effect.End _ -> {
        deliveries.flush();
        ended.countDown();
      }
    }
  }

  /**
   * Sends what was collected for batches. Called when the fleet loop has handed over all effects so
   * far.
   *
   * @return in how many nanoseconds to call this again, at the latest
   */
  long caughtUp() {
    processes.flush();
    return deliveries.flushIfDue();
  }

  private void spawn(Effect.Spawn spawn) {
    processes.spawn(spawn.worker(), launch.command(), launch.environment());
  }

  private void dispatch(Effect.Dispatch dispatch) {
    workers.handing(dispatch.worker(), dispatch.task());
    boolean sent =
        processes.sendLater(
            dispatch.worker(),
            WorkerFrames.task(dispatch.task(), dispatch.timeout(), Instant.now()));
    if (!sent) {
      // The worker does not read its frames, or it is dead and the event of its death is on its
      // way.
      LOG.warn(
          "worker {} does not read its frames and is killed",
          settings.workerId(dispatch.worker().slot()));
      processes.killAll(List.of(dispatch.worker()));
    }
  }

  /**
   * Asks a worker to return a task. If the request is lost, the recall's own deadline handles it.
   */
  private void recall(Effect.Recall recall) {
    processes.sendLater(recall.worker(), WorkerFrames.recall(recall.task(), recall.attempt()));
  }

  private void askToEnd(Effect.AskToEnd ask) {
    if (ask.task() != null) {
      processes.send(ask.worker(), WorkerFrames.cancel(ask.task(), ask.attempt(), ask.reason()));
    } else {
      processes.send(ask.worker(), WorkerFrames.stop());
    }
    processes.terminate(ask.worker());
  }

  private void keep(Effect.Keep keep) {
    String failure = null;
    try {
      restrictions.write(keep.retained());
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    events.accept(new Event.Kept(keep.token(), failure));
  }

  /**
   * Writes kills down before the signals go out, so that not even the death of this process at that
   * moment makes anybody believe that they are done. A disk that does not answer delays no kill.
   */
  private void keepKills(Effect.KeepKills keep) {
    var isWithKernel = new CountDownLatch(1);
    // On the thread that writes restrictions: a record goes only after what it leaves behind.
    restrictionsWriter.execute(() -> {
      try {
        kills.write(keep.kills(), isWithKernel::countDown);
      } catch (IOException e) {
        LOG.warn(
            "kills can't be written to {}: {}; if this controller ends in the middle of one, its"
                + " next run can't carry it on",
            kills.path(),
            e.getMessage());
      } finally {
        isWithKernel.countDown();
      }
    });
    if (keep.beforeKill()) {
      try {
        var _ = isWithKernel.await(DISK_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void writeRuns(Effect.WriteSuspectRuns write) {
    try {
      runs.write(write.runs());
    } catch (IOException e) {
      LOG.warn(
          "the runs of tasks that may kill a controller can't be written to {}: {}",
          runs.path(),
          e.getMessage());
    }
  }

  /** Whether the fleet has ended, even if it was asked to stop before it was ready. */
  boolean hasEnded() {
    return ended.getCount() == 0;
  }

  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** Returns why the controller ends with a configuration error, or null. */
  @Nullable String misconfigured() {
    return misconfigured;
  }

  /** Finishes publishing and writing, for at most {@code timeout} each, and ends the threads. */
  void finish(Duration timeout) {
    timers.close();
    copies.finish(timeout);
    restrictionsWriter.close(timeout);
  }
}
