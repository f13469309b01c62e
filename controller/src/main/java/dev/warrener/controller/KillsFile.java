package dev.warrener.controller;

import dev.warrener.controller.fleet.Event;
import dev.warrener.controller.fleet.state.RetainedKills;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.json.MalformedMessageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file with the kills that are under way. Without any, the file does not exist. */
record KillsFile(Path path) {
  /**
   * Reads the file, and shows that it can be written: a former run that could not write it may have
   * had kills under way, too.
   *
   * @param survivors the number of processes that the former run left behind
   */
  Event.KillsRemembered read(int survivors) {
    var kills = RetainedKills.NONE;
    String unknown = null;
    try {
      if (Files.exists(path)) {
        kills = ContractJson.read(Files.readAllBytes(path), RetainedKills.class);
      }
      write(kills, () -> {});
    } catch (IOException e) {
      unknown = "its file " + path + " can't be read or written (" + e.getMessage() + ")";
    } catch (MalformedMessageException e) {
      unknown = "its file " + path + " is damaged (" + e.getMessage() + ")";
    }
    return new Event.KillsRemembered(kills, survivors, unknown);
  }

  /**
   * Writes the kills, so that they survive a loss of power. The death of this process leaves either
   * the old or the new file.
   *
   * @param isWithKernel called when the new file survives the death of this process
   * @throws IOException if they can't be written; the old file is then unchanged
   */
  void write(RetainedKills kills, Runnable isWithKernel) throws IOException {
    var state = new StateFile(path);
    try (var file = state.writeFresh(ContractJson.write(kills))) {
      if (kills.kills().isEmpty()) {
        state.delete();
        return;
      }
      state.replace();
      isWithKernel.run();
      file.force(true);
    }
    state.forceFolder();
  }
}
