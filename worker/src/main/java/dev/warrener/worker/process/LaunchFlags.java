package dev.warrener.worker.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The flags of the Java VM for worker processes. */
public final class LaunchFlags {
  /** Which compilers a worker's virtual machine has. */
  public enum Compiler {
    /** The quick one, and the optimizing one for code that runs for long. The default. */
    BOTH("both"),

    /**
     * The quick one alone, for tasks that wait more than they compute: the process uses less
     * memory.
     */
    QUICK("quick");

    private final String text;

    Compiler(String text) {
      this.text = text;
    }

    /** Returns the name in the settings. */
    public String text() {
      return text;
    }
  }

  /**
   * Flags for little memory and a fast start. They make a kill faster, too: the more memory a
   * process has used, the longer the kernel takes to free it.
   */
  private static final List<String> SMALL = List.of("-XX:+UseSerialGC", "-XX:-UsePerfData");

  private static final List<String> ALWAYS =
      and(
          SMALL,
          // Messages of the VM itself go to stderr, whatever file descriptor 1 is. A cache that
          // doesn't fit or is gone is ignored, which is not worth a warning.
          "-Xlog:disable",
          "-Xlog:all=warning,aot*=off,cds*=off:stderr",
          "-XX:+DisplayVMOutputToStderr",
          // A worker without memory can report nothing any more: it exits, with status 3.
          "-XX:+ExitOnOutOfMemoryError");

  private LaunchFlags() {}

  /**
   * Returns the flags for a worker. There is no limit of the heap; add {@code -Xmx} if you need
   * one.
   */
  public static List<String> of(Compiler compiler) {
    return compiler == Compiler.QUICK ? and(ALWAYS, "-XX:TieredStopAtLevel=1") : ALWAYS;
  }

  /**
   * Returns the flag for a cache of classes that was made for the worker's jar. If the cache
   * doesn't fit, the VM ignores it.
   *
   * @param cache the file, written by a VM with the flags of {@link #watched}
   */
  public static String cache(Path cache) {
    return "-XX:AOTCache=" + cache;
  }

  /** Returns the flags for the VM that writes such a cache. */
  public static List<String> watched() {
    return SMALL;
  }

  private static List<String> and(List<String> flags, String... more) {
    return Stream.concat(flags.stream(), Stream.of(more)).toList();
  }
}
