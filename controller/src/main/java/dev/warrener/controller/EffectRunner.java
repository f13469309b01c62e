package dev.warrener.controller;

import dev.warrener.controller.audit.AuditLog;
import dev.warrener.controller.fleet.Effect;
import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.Settings;
import dev.warrener.controller.inbox.WorkerFrames;
import dev.warrener.controller.local.LocalControl;
import dev.warrener.controller.process.WorkerProcesses;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.broker.orders.OrderFeed;
import dev.warrener.messaging.broker.publishing.ConfirmedPublisher;
import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.broker.reports.Reporter;
import dev.warrener.messaging.broker.tasks.Delivery;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import dev.warrener.messaging.task.Task;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Hands each effect to the part that carries it out. Called by the owner alone; nothing here waits:
 * what takes time is done on other threads, and comes back as an event.
 */
final class EffectRunner {
  private static final Logger LOG = LoggerFactory.getLogger(EffectRunner.class);

  private final Settings settings;
  private final Namespace namespace;
  private final WorkerLaunch launch;
  private final WorkerProcesses processes;
  private final Settler settler;
  private final OrderFeed orders;
  private final ConfirmedPublisher publisher;
  private final Reporter reporter;
  private final LocalControl local;
  private final AuditLog audit;
  private final RestrictionsFile keepsake;
  private final Consumer<Event> events;
  private final Lane keeper = new Lane("keeper");
  private final Lane mover = new Lane("mover");
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("clock").daemon().factory());
  private final CountDownLatch ended = new CountDownLatch(1);

  EffectRunner(
      Settings settings,
      Namespace namespace,
      WorkerLaunch launch,
      WorkerProcesses processes,
      Settler settler,
      OrderFeed orders,
      ConfirmedPublisher publisher,
      Reporter reporter,
      LocalControl local,
      AuditLog audit,
      RestrictionsFile keepsake,
      Consumer<Event> events) {
    this.settings = settings;
    this.namespace = namespace;
    this.launch = launch;
    this.processes = processes;
    this.settler = settler;
    this.orders = orders;
    this.publisher = publisher;
    this.reporter = reporter;
    this.local = local;
    this.audit = audit;
    this.keepsake = keepsake;
    this.events = events;
  }

  void perform(Effect effect, long generation) {
    switch (effect) {
      case Effect.Spawn spawn -> spawn(spawn);
      case Effect.Dispatch dispatch -> dispatch(dispatch);
      case Effect.Recall recall -> recall(recall);
      case Effect.AskToEnd ask -> askToEnd(ask);
      case Effect.Kill kill -> processes.killAll(kill.workers());
      case Effect.Consume consume -> settler.consume(consume, generation);
      case Effect.CancelConsumer cancel -> settler.cancel(cancel.queue());
      case Effect.Acknowledge acknowledge -> settler.acknowledge(acknowledge.delivery());
      case Effect.Requeue requeue -> settler.requeue(requeue.delivery());
      case Effect.Move move -> mover.add(() -> move(move));
      case Effect.Barrier barrier -> settler.barrier(barrier);
      case Effect.PurgeBacklog purge -> settler.purge(purge);
      case Effect.DeadLetterBacklog sweep ->
          settler.sweep(sweep, delivery -> publishDead(delivery, sweep));
      case Effect.Say say -> {
        local.report(say.report());
        reporter.report(say.report(), say.replyTo());
      }
      case Effect.Keep keep -> keeper.add(() -> keep(keep));
      case Effect.Audit line -> audit.append(line.entry());
      case Effect.SendResult send -> mover.add(() -> sendResult(send));
      case Effect.TellTask tell -> reporter.event(tell.event());
      case Effect.TellWorker tell -> reporter.event(tell.event());
      case Effect.ShowRunning show -> orders.setRunning(show.any());
      case Effect.Rearm _ -> orders.rearm();
      case Effect.Schedule schedule -> schedule(schedule);
      case Effect.Log log -> log(log);
      case Effect.End _ -> {
        settler.flush();
        ended.countDown();
      }
    }
  }

  /**
   * All that has been decided so far has been handed over.
   *
   * @return in how many nanoseconds at the latest this is to be called again
   */
  long caughtUp() {
    processes.flush();
    return settler.flushIfDue();
  }

  private void spawn(Effect.Spawn spawn) {
    processes.spawn(spawn.worker(), launch.command(), launch.environment());
  }

  private void dispatch(Effect.Dispatch dispatch) {
    boolean sent =
        processes.sendLater(
            dispatch.worker(),
            WorkerFrames.task(dispatch.task(), dispatch.timeout(), Instant.now()));
    if (!sent) {
      // It does not read, or it is dead and its death is about to be heard.
      LOG.warn(
          "worker {} takes no task: it is killed", settings.workerId(dispatch.worker().slot()));
      processes.killAll(List.of(dispatch.worker()));
    }
  }

  /** One that doesn't get there is answered by nobody, which has its own deadline. */
  private void recall(Effect.Recall recall) {
    processes.sendLater(recall.worker(), WorkerFrames.recall(recall.task(), recall.attempt()));
  }

  private void askToEnd(Effect.AskToEnd ask) {
    if (ask.task() != null) {
      processes.send(ask.worker(), WorkerFrames.cancel(ask.task(), ask.attempt(), ask.reason()));
    }
    processes.terminate(ask.worker());
  }

  private void move(Effect.Move move) {
    var message = settler.message(move.delivery());
    if (message == null) {
      events.accept(new Event.PublishFailed(move.token(), "the connection was lost"));
      return;
    }
    answer(
        move.token(),
        publisher.publish(
            namespace.tasksExchange(),
            move.routingKey(),
            TaskCodec.withHeaders(message, move.headers())));
  }

  private CompletionStage<PublishOutcome> publishDead(
      Delivery delivery, Effect.DeadLetterBacklog sweep) {
    return publisher.publish(
        namespace.tasksExchange(),
        namespace.deadKey(sweep.queue()),
        TaskCodec.withHeaders(delivery.message(), sweep.headers()));
  }

  private void sendResult(Effect.SendResult send) {
    answer(send.token(), reporter.result(withValue(send), send.replyTo(), send.correlationId()));
  }

  private static ResultMessage withValue(Effect.SendResult send) {
    var result = send.result();
    if (result.outcome() != Outcome.SUCCEEDED || send.value().length() == 0) {
      return result;
    }
    var json = send.contentType().equals(Task.JSON) ? jsonOrNull(send.value()) : null;
    return new ResultMessage(
        result.version(),
        result.task(),
        result.queue(),
        result.batch(),
        result.outcome(),
        result.attempt(),
        result.startedAt(),
        result.finishedAt(),
        result.controller(),
        result.worker(),
        result.error(),
        json,
        json == null ? Base64.getEncoder().encodeToString(send.value().bytes()) : null,
        result.order());
  }

  private static @Nullable JsonNode jsonOrNull(Body value) {
    try {
      return ContractJson.tree(value.bytes());
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  private void answer(long token, CompletionStage<PublishOutcome> outcome) {
    if (token == 0) {
      return;
    }
    var _ =
        outcome.thenAccept(what -> {
          switch (what) {
            case PublishOutcome.Confirmed _ -> events.accept(new Event.Published(token));
            case PublishOutcome.Unroutable unroutable ->
                failLater(token, "no queue for " + unroutable.routingKey());
            case PublishOutcome.Refused refused -> failLater(token, refused.because());
            case PublishOutcome.Unknown unknown -> failLater(token, unknown.because());
          }
        });
  }

  private void failLater(long token, String reason) {
    Pause.before(
        Duration.ofSeconds(1), () -> events.accept(new Event.PublishFailed(token, reason)));
  }

  private void schedule(Effect.Schedule schedule) {
    long millis = Math.max(0, Duration.between(Instant.now(), schedule.at()).toMillis());
    var _ =
        clock.schedule(
            () -> events.accept(new Event.TimerDue(schedule.timer())),
            millis,
            TimeUnit.MILLISECONDS);
  }

  /** Does something again and again, first after one period. */
  void every(Duration period, Runnable work) {
    var _ =
        clock.scheduleAtFixedRate(
            () -> {
              try {
                work.run();
              } catch (RuntimeException e) {
                LOG.error("a bug in something that is done every {}", period, e);
              }
            },
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static void log(Effect.Log log) {
    if (log.warning()) {
      LOG.warn("{}", log.message());
    } else {
      LOG.info("{}", log.message());
    }
  }

  private void keep(Effect.Keep keep) {
    String failure = null;
    try {
      keepsake.write(keep.keepsake());
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    events.accept(new Event.Kept(keep.token(), failure));
  }

  /** Whether it is asked to end before it was ready. */
  boolean hasEnded() {
    return ended.getCount() == 0;
  }

  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** Finishes what is under way, for at most that long, and stops the threads. */
  void finish(Duration timeout) {
    clock.shutdownNow();
    for (var lane : List.of(mover, keeper)) {
      if (!lane.finish(timeout)) {
        lane.close();
      }
    }
  }
}
