package dev.warrener.worker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The flags of the Java virtual machine with which a worker process is to be started. */
public final class LaunchFlags {
  private static final List<String> RECOMMENDED =
      List.of(
          // Small and quick to start and to kill: the memory that a process has touched is what its
          // death takes time for.
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          // What the machine itself has to say belongs on stderr, whatever file descriptor 1 is.
          "-Xlog:disable",
          "-Xlog:all=warning:stderr",
          // A cache that doesn't fit is left aside, and nobody needs to know.
          "-Xlog:aot=off",
          "-Xlog:cds=off",
          "-XX:+DisplayVMOutputToStderr",
          // A worker that has run out of memory is in no state to say so: it dies, with status 3.
          "-XX:+ExitOnOutOfMemoryError");

  private LaunchFlags() {}

  /**
   * The flags for most workers. Where tasks compute for minutes, leave {@code
   * -XX:TieredStopAtLevel=1} out: the optimizing compiler then pays for its 28 ms at the start. A
   * limit for the heap ({@code -Xmx}) is the deployer's to add.
   */
  public static List<String> recommended() {
    return RECOMMENDED;
  }

  /**
   * The same, and a cache of classes that was made for the worker's jar; more jars may stand behind
   * it on the class path. The VM checks whether it fits, and goes on without it if it doesn't.
   *
   * @param cache the file; made by a VM with {@link #watched}
   */
  public static List<String> recommended(Path cache) {
    var flags = new ArrayList<>(RECOMMENDED);
    flags.add("-XX:AOTCache=" + cache);
    return List.copyOf(flags);
  }

  /** What of the flags matters when such a cache is made. */
  public static List<String> watched() {
    return List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");
  }
}
