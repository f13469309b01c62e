package dev.warrener.ops.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tables of docs/answers.md. */
public final class AnswersPage {
  private AnswersPage() {}

  /**
   * A cell of the table of statuses.
   *
   * @param says what the command has to say in that situation; empty for nothing special
   */
  public record Cell(String command, Situation situation, int status, String says) {
    @Override
    public String toString() {
      return command + ", " + situation.title();
    }
  }

  /** Returns the cells of all commands. */
  public static List<Cell> cells() {
    var header = rows("| command | nobody there").getFirst();
    var cells = new ArrayList<Cell>();
    for (var row : rows("| `")) {
      for (int column = 1; column < row.size() - 1; column++) {
        var title = header.get(column);
        var situation =
            Arrays.stream(Situation.values())
                .filter(one -> one.title().equals(title))
                .findFirst()
                .orElseThrow();
        cells.add(
            new Cell(
                row.getFirst().replace("`", ""),
                situation,
                Integer.parseInt(row.get(column)),
                says(title)));
      }
    }
    assertThat(cells).hasSizeGreaterThan(100);
    return cells;
  }

  private static String says(String title) {
    return rows("| " + title + " |").getFirst().get(2).replace("`", "");
  }

  private static List<List<String>> rows(String start) {
    try {
      return Files.readAllLines(page()).stream()
          .filter(line -> line.startsWith(start))
          .map(
              line -> Arrays.stream(line.substring(1).split("\\|", -1)).map(String::strip).toList())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path page() {
    var inRoot = Path.of("docs", "answers.md");
    return Files.exists(inRoot) ? inRoot : Path.of("..").resolve(inRoot);
  }
}
