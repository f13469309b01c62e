package dev.warrener.bench.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The file {@code results.json}. Not thread-safe. */
public final class ResultsFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private final Path file;

  /** Uses this file, which need not exist yet. */
  public ResultsFile(Path file) {
    this.file = file;
  }

  /**
   * Reads the figures of this machine. Returns no figures if the file does not exist or was made on
   * another machine, because figures of two machines can't be compared.
   *
   * @throws IOException if the file can't be read, or does not hold results
   */
  public Results read(Machine here) throws IOException {
    if (!Files.exists(file)) {
      return new Results(Results.VERSION, here, List.of());
    }
    var results = readAny();
    return results.machine().equals(here) ? results : new Results(Results.VERSION, here, List.of());
  }

  /**
   * Reads the figures, whatever machine they were measured on.
   *
   * @throws IOException if the file can't be read, or does not hold results
   */
  public Results readAny() throws IOException {
    try {
      return MAPPER.readValue(Files.readAllBytes(file), Results.class);
    } catch (JacksonException e) {
      throw new IOException(file + " does not hold results: " + e.getOriginalMessage(), e);
    }
  }

  /** Replaces the file by a rename, so that a reader never sees half of it. */
  public void write(Results results) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    var beside = file.resolveSibling(file.getFileName() + ".new");
    Files.write(beside, MAPPER.writeValueAsBytes(results));
    Files.move(beside, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
