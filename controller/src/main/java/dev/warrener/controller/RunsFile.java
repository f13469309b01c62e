package dev.warrener.controller;

import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the runs of suspect tasks. It does not exist while there are none. It outlives the
 * process, not a loss of power: then no task was to blame.
 */
record RunsFile(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(RunsFile.class);
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /**
   * What the file holds.
   *
   * @param boot the kernel's id of its own start
   */
  private record Content(int version, String boot, List<LostRuns.Run> runs) {}

  /** Returns the runs of the former life; those that went on at its end were lost once more. */
  List<LostRuns.Run> read() {
    Content content;
    try {
      content = ContractJson.read(Files.readAllBytes(path), Content.class);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | MalformedMessageException e) {
      LOG.warn("the file {} can't be read and is left aside: {}", path, e.getMessage());
      return List.of();
    }
    boolean isSameBoot = content.boot().equals(boot());
    var runs = new ArrayList<LostRuns.Run>();
    for (var run : content.runs()) {
      int times = run.running() && isSameBoot ? run.times() + 1 : run.times();
      if (times > run.times()) {
        LOG.warn(
            "task {}, attempt {}, ran when this controller ended without having been stopped; so"
                + " often now: {}",
            run.task(),
            run.attempt(),
            times);
      }
      runs.add(new LostRuns.Run(run.task(), run.attempt(), times, false));
    }
    return runs;
  }

  /**
   * Writes the runs.
   *
   * @throws IOException if they can't be written; the old file is then unchanged
   */
  void write(List<LostRuns.Run> runs) throws IOException {
    if (runs.isEmpty()) {
      Files.deleteIfExists(path);
      return;
    }
    var fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.write(fresh, ContractJson.write(new Content(1, boot(), runs)));
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String boot() {
    try {
      return Files.readString(BOOT).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
