package dev.warrener.ops.screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warrener.ops.screen.Style.Tone;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    var table = new Table().left("NAME").right("COUNT").left("NOTE");
    table.row(Cell.of("a-long-name"), Cell.of(7), Cell.of("first"));
    table.row(Cell.of("b"), Cell.of(12_345), Cell.of("second"));

    assertThat(table.lines(Style.PLAIN))
        .containsExactly(
            "NAME         COUNT  NOTE", "a-long-name      7  first", "b            12345  second");
  }

  @Test
  void columnsWithoutAnyTextAreLeftOut() {
    var table = new Table().left("NAME").left("EMPTY").left("LAST");
    table.row(Cell.of("a"), Cell.EMPTY, Cell.of("x"));
    table.row(Cell.of("b"), Cell.EMPTY);

    assertThat(table.lines(Style.PLAIN)).containsExactly("NAME  LAST", "a     x", "b");
  }

  @Test
  void coloursDontShiftColumns() {
    var table = new Table().left("A").left("B");
    table.row(Cell.of("x", Tone.BAD), Cell.of("y"));

    assertThat(Style.shown(table.lines(new Style(true)).getLast()))
        .isEqualTo("\u001b[31mx\u001b[0m  y");
  }

  @Test
  void aRowCantHaveMoreCellsThanColumns() {
    assertThatThrownBy(() -> new Table().left("A").row(Cell.of(1), Cell.of(2)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
