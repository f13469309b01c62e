package dev.warrener.controller;

import dev.warrener.controller.fleet.state.LostRuns;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the runs of suspect tasks. It does not exist while there are none. Runs that were
 * interrupted by a restart of the host are not counted, since no task was to blame: the file names
 * the kernel's boot id.
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
      int losses = run.running() && isSameBoot ? run.losses() + 1 : run.losses();
      if (losses > run.losses()) {
        LOG.warn(
            "this controller died while attempt {} of task {} ran; that has happened {} times",
            run.attempt(),
            run.task(),
            losses);
      }
      runs.add(new LostRuns.Run(run.task(), run.queue(), run.attempt(), losses, false));
    }
    return runs;
  }

  /**
   * Writes the runs.
   *
   * @throws IOException if they can't be written; the old file is then unchanged
   */
  void write(List<LostRuns.Run> runs) throws IOException {
    var state = new StateFile(path);
    if (runs.isEmpty()) {
      state.delete();
      return;
    }
    state.writeFresh(ContractJson.write(new Content(1, boot(), runs))).close();
    state.replace();
  }

  private static String boot() {
    try {
      return Files.readString(BOOT).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
