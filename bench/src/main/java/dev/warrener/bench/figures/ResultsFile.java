package dev.warrener.bench.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code results.json}. Not thread-safe. */
public final class ResultsFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private final Path file;

  /** That file, which need not be there yet. */
  public ResultsFile(Path file) {
    this.file = file;
  }

  /**
   * What it holds; nothing yet if it isn't there, or was made on another machine: figures of two
   * machines are not put side by side.
   *
   * @throws IOException if it can't be read, or holds something else
   */
  public Results read(Machine here) throws IOException {
    if (!Files.exists(file)) {
      return new Results(Results.VERSION, here, List.of());
    }
    var results = readAny();
    return results.machine().equals(here) ? results : new Results(Results.VERSION, here, List.of());
  }

  /**
   * What it holds, wherever it was made.
   *
   * @throws IOException if it can't be read, or holds something else
   */
  public Results readAny() throws IOException {
    try {
      return MAPPER.readValue(Files.readAllBytes(file), Results.class);
    } catch (JacksonException e) {
      throw new IOException(file + " holds no results: " + e.getOriginalMessage(), e);
    }
  }

  /** Writes it whole, by a rename. */
  public void write(Results results) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    var beside = file.resolveSibling(file.getFileName() + ".new");
    Files.write(beside, MAPPER.writeValueAsBytes(results));
    Files.move(beside, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
