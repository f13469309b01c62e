package dev.warrener.ops.screen;

import dev.warrener.ops.screen.Style.Tone;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A table of text: columns as wide as their widest cell, two blanks between them, headings in
 * capitals. Nothing is wrapped, and nothing is cut unless the caller asks for it. Not thread-safe.
 */
public final class Table {
  private record Column(String heading, boolean right) {}

  private final List<Column> columns = new ArrayList<>();
  private final List<List<Cell>> rows = new ArrayList<>();

  /** Adds a column whose cells stand on the left. */
  public Table left(String heading) {
    columns.add(new Column(heading, false));
    return this;
  }

  /** Adds a column whose cells stand on the right: numbers. */
  public Table right(String heading) {
    columns.add(new Column(heading, true));
    return this;
  }

  /** Adds a row; missing cells at its end are empty. */
  public Table row(Cell... cells) {
    return row(List.of(cells));
  }

  /** Adds a row; missing cells at its end are empty. */
  public Table row(List<Cell> cells) {
    if (cells.size() > columns.size()) {
      throw new IllegalArgumentException(
          cells.size() + " cells for " + columns.size() + " columns");
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /** Returns the number of rows. */
  public int size() {
    return rows.size();
  }

  /** Whether there is no row. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The lines, the heading first. Columns in which no row has any text are left out. */
  public List<String> lines(Style style) {
    var shown = new ArrayList<Integer>();
    for (int i = 0; i < columns.size(); i++) {
      int column = i;
      if (rows.stream().anyMatch(row -> !cell(row, column).text().isEmpty())) {
        shown.add(column);
      }
    }
    var widths = new int[columns.size()];
    for (int column : shown) {
      widths[column] = Text.width(columns.get(column).heading());
      for (var row : rows) {
        widths[column] = Math.max(widths[column], Text.width(cell(row, column).text()));
      }
    }
    var lines = new ArrayList<String>();
    lines.add(
        line(
            shown,
            widths,
            columns.stream().map(column -> Cell.of(column.heading(), Tone.STRONG)).toList(),
            style));
    for (var row : rows) {
      lines.add(line(shown, widths, row, style));
    }
    return Collections.unmodifiableList(lines);
  }

  private String line(List<Integer> shown, int[] widths, List<Cell> row, Style style) {
    var line = new StringBuilder();
    for (int i = 0; i < shown.size(); i++) {
      int column = shown.get(i);
      var cell = cell(row, column);
      String blanks = " ".repeat(widths[column] - Text.width(cell.text()));
      boolean right = columns.get(column).right();
      if (i > 0) {
        line.append("  ");
      }
      if (right) {
        line.append(blanks);
      }
      line.append(style.paint(cell.tone(), cell.text()));
      if (!right && i < shown.size() - 1) {
        line.append(blanks);
      }
    }
    return line.toString().stripTrailing();
  }

  private static Cell cell(List<Cell> row, int column) {
    return column < row.size() ? row.get(column) : Cell.EMPTY;
  }
}
