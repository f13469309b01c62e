package dev.warrener.ops.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Java VM that watches its program, and writes a cache of classes when it exits.
 *
 * @param cache the file that the VM writes
 * @param flags the other flags of the VM: the cache works only with these
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
