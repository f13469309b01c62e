package dev.warrener.worker.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The flags of the Java VM for worker processes. */
public final class LaunchFlags {
  /**
   * Flags for little memory and a fast start. They make a kill faster, too: the more memory a
   * process has used, the longer the kernel takes to free it.
   */
  private static final List<String> SMALL =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

  private static final List<String> RECOMMENDED =
      and(
          SMALL,
          // Messages of the VM itself go to stderr, whatever file descriptor 1 is.
          "-Xlog:disable",
          "-Xlog:all=warning:stderr",
          // A cache that doesn't fit is ignored, which is not worth a warning.
          "-Xlog:aot=off",
          "-Xlog:cds=off",
          "-XX:+DisplayVMOutputToStderr",
          // A worker without memory can report nothing any more: it exits, with status 3.
          "-XX:+ExitOnOutOfMemoryError");

  private LaunchFlags() {}

  /**
   * Returns the flags for most workers. If tasks compute for minutes, leave out {@code
   * -XX:TieredStopAtLevel=1}: the optimizing compiler delays the start by 28 ms, and pays off then.
   * There is no limit of the heap; add {@code -Xmx} if you need one.
   */
  public static List<String> recommended() {
    return RECOMMENDED;
  }

  /**
   * Returns the flags for most workers and a cache of classes that was made for the worker's jar.
   * More jars may follow that jar on the class path. If the cache doesn't fit, the VM ignores it.
   *
   * @param cache the file, written by a VM with the flags of {@link #watched}
   */
  public static List<String> recommended(Path cache) {
    return and(RECOMMENDED, "-XX:AOTCache=" + cache);
  }

  /** Returns the flags for the VM that writes such a cache. */
  public static List<String> watched() {
    return SMALL;
  }

  private static List<String> and(List<String> flags, String... more) {
    return Stream.concat(flags.stream(), Stream.of(more)).toList();
  }
}
