package dev.warrener.producer;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.warrener.messaging.broker.publishing.PublishOutcome;
import dev.warrener.messaging.task.Task;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** A broker that a test answers for by hand. */
final class FakeBroker implements TaskSink {
  /** A task that has arrived and waits for its answer. */
  record Sent(Task task, CompletableFuture<PublishOutcome> answer) {
    void confirm() {
      answer.complete(new PublishOutcome.Confirmed());
    }

    void refuse(String because) {
      answer.complete(new PublishOutcome.Refused(because));
    }

    void unroutable() {
      answer.complete(new PublishOutcome.Unroutable("warrener.tasks", task.queue()));
    }

    void unknown(String because) {
      answer.complete(new PublishOutcome.Unknown(because));
    }
  }

  final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  @Override
  public CompletableFuture<PublishOutcome> publish(Task task) {
    if (closed) {
      return CompletableFuture.completedFuture(new PublishOutcome.Refused("closed"));
    }
    if (task.headers().containsKey("x-attempt")) {
      throw new IllegalArgumentException("header x-attempt can't be given");
    }
    var answer = new CompletableFuture<PublishOutcome>();
    sent.add(new Sent(task, answer));
    return answer;
  }

  /** The next task that arrives; fails after 10 s without one. */
  Sent next() throws InterruptedException {
    var next = sent.poll(10, SECONDS);
    if (next == null) {
      throw new AssertionError("no task has arrived within 10 s");
    }
    return next;
  }

  @Override
  public void close() {
    closed = true;
    sent.forEach(left -> left.unknown("the publisher was closed"));
  }
}
