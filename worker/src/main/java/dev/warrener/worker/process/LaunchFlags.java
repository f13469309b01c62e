package dev.warrener.worker.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The flags of the Java virtual machine with which a worker process is to be started. */
public final class LaunchFlags {
  /**
   * Small and quick to start and to kill: the memory that a process has touched is what its death
   * takes time for.
   */
  private static final List<String> SMALL =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

  private static final List<String> RECOMMENDED =
      and(
          SMALL,
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
    return and(RECOMMENDED, "-XX:AOTCache=" + cache);
  }

  /** What of the flags matters when such a cache is made. */
  public static List<String> watched() {
    return SMALL;
  }

  private static List<String> and(List<String> flags, String... more) {
    return Stream.concat(flags.stream(), Stream.of(more)).toList();
  }
}
