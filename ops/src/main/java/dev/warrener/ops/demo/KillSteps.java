package dev.warrener.ops.demo;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.report.Report;
import dev.warrener.operator.rollcall.OrderListener;
import dev.warrener.operator.rollcall.RollCall;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.order.RollCallText;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Shows a kill step by step: each report as a line, with the time since the order was sent. */
final class KillSteps implements OrderListener {
  private final Screen screen;
  private final Namespace namespace;
  private Instant sentAt = Instant.EPOCH;

  KillSteps(Screen screen, Namespace namespace) {
    this.screen = screen;
    this.namespace = namespace;
  }

  @Override
  public void sent(Order order, Instant at, Optional<String> problem) {
    sentAt = at;
    show(
        Duration.ZERO,
        "sent over the fanout exchange " + namespace.killExchange() + ": " + order.id());
  }

  @Override
  public void heard(Report report, RollCall call, Instant at) {
    show(Duration.between(sentAt, at), sentence(report));
  }

  private void show(Duration after, String sentence) {
    String time = "+" + Phrases.brief(after);
    screen.result(" ".repeat(Math.max(1, 10 - time.length())) + time + "  " + sentence);
  }

  private String sentence(Report report) {
    return switch (report) {
      case Report.ControllerHeard heard ->
          "controller "
              + heard.controller()
              + " has received it: "
              + Phrases.count(heard.expected().workers(), "worker")
              + " and "
              + Phrases.count(heard.expected().tasks(), "running task")
              + " in scope";
      case Report.WorkerDead dead ->
          screen.outStyle().paint(Tone.GOOD, "dead")
              + "  worker "
              + dead.worker()
              + ", pid "
              + dead.pid()
              + ", "
              + RollCallText.endedBy(dead)
              + " after "
              + Phrases.brief(Duration.ofNanos(dead.deathMicros() * 1000))
              + ", tree empty: "
              + RollCallText.proof(dead)
              + (dead.task() == null ? "" : "; ran task " + dead.task());
      case Report.WorkerUnconfirmed worker ->
          screen.outStyle().paint(Tone.BAD, "NOT CONFIRMED")
              + "  worker "
              + worker.worker()
              + ", pid "
              + worker.pid()
              + ": "
              + Phrases.count(worker.survivors().size(), "process", "processes")
              + " left";
      case Report.TaskSettled task -> "task " + task.task() + " is " + task.fate().wire();
      case Report.ControllerDone done ->
          "controller " + done.controller() + " is done, and " + done.state().wire();
      case Report.ControllerRefused refused ->
          "controller " + refused.controller() + " refuses: " + refused.because();
    };
  }
}
