package dev.warrener.ops.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java VM that writes a cache at its end, of what it has seen of its program.
 *
 * @param cache the file that it writes
 * @param flags its other flags: those with which the cache is to be used
 */
record WatchedVm(Path cache, List<String> flags) {

  /** A process that runs a program in it. */
  ProcessBuilder start(String classPath, List<String> program) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-XX:AOTCacheOutput=" + cache);
    command.addAll(List.of("-cp", classPath));
    command.addAll(program);
    return new ProcessBuilder(command);
  }
}
