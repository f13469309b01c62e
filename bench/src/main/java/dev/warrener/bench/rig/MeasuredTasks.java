package dev.warrener.bench.rig;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warrener.bench.handler.Stamps;
import dev.warrener.bench.handler.Work;
import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.task.Body;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Makes tasks as Warrener's contract describes them. All programs but Celery get these. */
public final class MeasuredTasks {
  private MeasuredTasks() {}

  /** Returns a source of tasks with inputs of {@code bytes} bytes. */
  public static LoadPublisher.Source of(Work work, int bytes) {
    return of(work.handler(), json(bytes), Map.of());
  }

  /** Returns a source of tasks for a handler, all with the same input and headers. */
  public static LoadPublisher.Source of(String handler, Body body, Map<String, Object> headers) {
    return _ -> new LoadPublisher.Parcel(properties(handler, headers), body);
  }

  /** Returns a source of tasks that record in {@code file} how long they took to start. */
  public static LoadPublisher.Source stamps(Path file, int bytes) {
    return _ -> {
      var properties = properties(Work.STAMP.handler(), Map.of());
      return new LoadPublisher.Parcel(
          properties, Body.of(Stamps.input(System.nanoTime(), file, bytes)));
    };
  }

  /** Returns a JSON string of {@code bytes} bytes. */
  public static Body json(int bytes) {
    return Body.of(
        ("\"" + "x".repeat(Math.max(0, bytes - 2)) + "\"").getBytes(StandardCharsets.UTF_8));
  }

  private static BasicProperties properties(String handler, Map<String, Object> headers) {
    return new BasicProperties.Builder()
        .messageId(Uuid7.next())
        .type(handler)
        .contentType("application/json")
        .deliveryMode(2)
        .headers(headers)
        .build();
  }
}
