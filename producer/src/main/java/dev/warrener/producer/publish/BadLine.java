package dev.warrener.producer.publish;

/**
 * An input line that is not a valid task.
 *
 * @param number the number of the line, from 1
 * @param because what is wrong, as a clause
 */
public record BadLine(long number, String because) {
  /** Returns the text {@code line 7: …}. */
  @Override
  public String toString() {
    return "line " + number + ": " + because;
  }
}
