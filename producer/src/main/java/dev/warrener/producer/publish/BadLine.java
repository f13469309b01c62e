package dev.warrener.producer.publish;

/**
 * A line of the input that is no task.
 *
 * @param number the number of the line, from 1
 * @param because what is wrong, as a clause
 */
public record BadLine(long number, String because) {
  /** {@code line 7: …}. */
  @Override
  public String toString() {
    return "line " + number + ": " + because;
  }
}
