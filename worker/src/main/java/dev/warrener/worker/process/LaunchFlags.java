package dev.warrener.worker.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The flags of the Java virtual machine with which a worker process is to be started. */
public final class LaunchFlags {
  /** Which compilers a worker's virtual machine has. */
  public enum Compiler {
    /** The quick one, and the optimizing one for code that runs for long. The default. */
    BOTH("both"),

    /**
     * The quick one alone, for tasks that wait more than they compute: the process starts sooner
     * and has less memory.
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
   * Small and quick to start and to kill: the memory that a process has touched is what its death
   * takes time for.
   */
  private static final List<String> SMALL = List.of("-XX:+UseSerialGC", "-XX:-UsePerfData");

  private static final List<String> ALWAYS =
      and(
          SMALL,
          // What the machine itself has to say belongs on stderr, whatever file descriptor 1 is.
          // A cache that doesn't fit or is gone is left aside, and nobody needs to know.
          "-Xlog:disable",
          "-Xlog:all=warning,aot*=off,cds*=off:stderr",
          "-XX:+DisplayVMOutputToStderr",
          // A worker that has run out of memory is in no state to say so: it dies, with status 3.
          "-XX:+ExitOnOutOfMemoryError");

  private LaunchFlags() {}

  /** The flags for a worker. A limit for the heap ({@code -Xmx}) is the deployer's to add. */
  public static List<String> of(Compiler compiler) {
    return compiler == Compiler.QUICK ? and(ALWAYS, "-XX:TieredStopAtLevel=1") : ALWAYS;
  }

  /**
   * The flag for a cache of classes that was made for the worker's jar. The VM checks whether it
   * fits, and goes on without it if it doesn't.
   *
   * @param cache the file; made by a VM with {@link #watched}
   */
  public static String cache(Path cache) {
    return "-XX:AOTCache=" + cache;
  }

  /** What of the flags matters when such a cache is made. */
  public static List<String> watched() {
    return SMALL;
  }

  private static List<String> and(List<String> flags, String... more) {
    return Stream.concat(flags.stream(), Stream.of(more)).toList();
  }
}
