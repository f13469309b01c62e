package dev.warrener.bench.page;

import dev.warrener.bench.figures.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes {@code benchmarks.md}, the page with all figures behind it, and their charts. */
public final class BenchmarkPages {
  private static final String FOLDER = "benchmarks";
  private static final String NOTES = "notes.md";

  private final Results results;

  /** Makes pages from these figures; nothing else goes into them. */
  public BenchmarkPages(Results results) {
    this.results = results;
  }

  /**
   * Writes the overview into {@code folder}; the other page and the charts go into its folder
   * {@code benchmarks}. If that folder has a {@code notes.md}, the overview links to it.
   */
  public void write(Path folder) throws IOException {
    var behind = folder.resolve(FOLDER);
    Files.createDirectories(behind);
    for (var chart : Charts.all(results).entrySet()) {
      Files.writeString(behind.resolve(chart.getKey()), chart.getValue().svg());
    }
    Files.writeString(behind.resolve("details.md"), DetailsPage.text(results));
    var notes = Files.exists(behind.resolve(NOTES)) ? FOLDER + "/" + NOTES : "";
    Files.writeString(folder.resolve("benchmarks.md"), new FrontPage(results, notes).text());
  }
}
