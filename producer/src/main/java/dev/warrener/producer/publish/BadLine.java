package dev.warrener.producer.publish;

/**
 * A line of input that is no task.
 *
 * @param number of the line, from 1
 * @param because a clause that says what is wrong
 */
public record BadLine(long number, String because) {
  /** {@code line 7: …}. */
  @Override
  public String toString() {
    return "line " + number + ": " + because;
  }
}
