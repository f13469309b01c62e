package dev.warrener.ops.screen;

import dev.warrener.ops.screen.Style.Tone;
import org.jspecify.annotations.Nullable;

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

  /** A cell without colour; none is an empty one. */
  public static Cell orEmpty(@Nullable String text) {
    return text == null ? EMPTY : of(text);
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
