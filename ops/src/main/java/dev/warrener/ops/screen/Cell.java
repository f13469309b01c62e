package dev.warrener.ops.screen;

import dev.warrener.ops.screen.Style.Tone;

/**
 * One cell of a {@link Table}.
 *
 * @param text without escape sequences
 * @param tone its colour
 */
public record Cell(String text, Tone tone) {
  /** No text. */
  public static final Cell EMPTY = new Cell("", Tone.NORMAL);

  public Cell {
    text = Text.oneLine(text);
  }

  /** A cell without colour. */
  public static Cell of(String text) {
    return new Cell(text, Tone.NORMAL);
  }

  /** A number. */
  public static Cell of(long number) {
    return of(Long.toString(number));
  }

  /** A cell in a tone. */
  public static Cell of(String text, Tone tone) {
    return new Cell(text, tone);
  }
}
