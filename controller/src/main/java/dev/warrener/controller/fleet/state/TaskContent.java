package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.task.Task;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * A digest of a task's request and of the publisher that waits for its result. Two messages with
 * the same id and the same content are one task that was published twice; with another content, one
 * of them has used the other's id.
 *
 * @param work a hash of what the handler gets
 * @param asker a hash of where the result goes
 */
public record TaskContent(long work, int asker) {
  /** Returns the content of a task. */
  public static TaskContent of(Task task) {
    var body = task.body().bytes();
    var sum = new CRC32C();
    sum.update(body);
    int rest =
        31 * Arrays.hashCode(body)
            + Objects.hash(task.handler(), task.contentType(), task.batch(), body.length);
    return new TaskContent((sum.getValue() << 32) | (rest & 0xFFFF_FFFFL), askerOf(task));
  }

  /** Returns a hash of where the result of a task goes. */
  public static int askerOf(Task task) {
    return Objects.hash(task.replyTo(), task.correlationId());
  }
}
