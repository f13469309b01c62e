package dev.warrener.bench.micro;

import dev.warrener.messaging.Uuid7;
import dev.warrener.messaging.broker.Message;
import dev.warrener.messaging.broker.TaskCodec;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.report.TaskEvent;
import dev.warrener.messaging.report.TaskEventKind;
import dev.warrener.messaging.task.Body;
import dev.warrener.messaging.task.ReceivedTask;
import dev.warrener.messaging.task.Task;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Measures a task as a message, and the JSON of a report about it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EnvelopeBenchmark {
  private final Task task =
      Task.to("throughput", "bench-no-op")
          .id(Uuid7.next())
          .body(Body.of(new byte[200]), Task.JSON)
          .build();
  private final Message message = TaskCodec.encode(task);
  private final TaskEvent event = event();
  private final byte[] json = ContractJson.write(event);

  private TaskEvent event() {
    return TaskEvent.builder(TaskEventKind.STARTED, task.id(), "throughput")
        .handler("bench-no-op")
        .controller("host-1")
        .worker("host-1/1")
        .at(Instant.parse("2026-11-23T00:00:00.123Z"))
        .build();
  }

  /** Encodes a task as a message. */
  @Benchmark
  public Message encode() {
    return TaskCodec.encode(task);
  }

  /** Decodes a message to a task. */
  @Benchmark
  public ReceivedTask decode() {
    return TaskCodec.decode("throughput", message);
  }

  /** Writes a report as JSON. */
  @Benchmark
  public byte[] writeReport() {
    return ContractJson.write(event);
  }

  /** Reads a report from JSON. */
  @Benchmark
  public TaskEvent readReport() {
    return ContractJson.read(json, TaskEvent.class);
  }
}
