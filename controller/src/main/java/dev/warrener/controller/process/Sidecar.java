package dev.warrener.controller.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shell that outlives the controller by a moment and kills what the controller's death leaves
 * behind. It reads from a pipe whose other end only the controller holds; the end of the pipe means
 * that the controller is gone. Workers themselves die by the parent-death signal; the sidecar kills
 * their descendants, which have none.
 *
 * <p>It signals by number, because it is a shell: between a look at a process and its signal the
 * number could come to mean another process. That window is some microseconds, once in the life of
 * a controller.
 *
 * <p>It kills the controller's cgroup, then every process that bears a mark of this run, and
 * removes the cgroup. It leads a session of its own, so that an interrupt from the terminal does
 * not reach it.
 */
final class Sidecar {
  private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);
  private static final long EXIT_MILLIS = 2_000;

  /** The argument by which a sidecar is known. */
  static final String NAME = "warrener-sidecar";

  /** The script; $1 is the number of the run, $2 its cgroup or empty. */
  private static final String SCRIPT =
      """
      read -r word
      [ "$word" = end ] && exit 0
      exec 2>/dev/null
      [ -z "$2" ] || echo 1 > "$2/cgroup.kill"
      passes=0
      while [ "$passes" -lt 100 ]; do
        alive=
        for file in $(grep -ls "^Max file locks  *$1[0-9]\\{9\\} " /proc/[0-9]*/limits); do
          pid=${file#/proc/}
          pid=${pid%/limits}
          kill -KILL "$pid"
          read -r stat < "/proc/$pid/stat" || continue
          case $stat in *") Z "*) ;; *) alive=1 ;; esac
        done
        [ -n "$alive" ] || break
        passes=$((passes + 1))
        sleep 0.02 || sleep 1
      done
      [ -z "$2" ] || rmdir "$2"/*/ "$2"
      """;

  private final Process process;

  private Sidecar(Process process) {
    this.process = process;
  }

  /** Starts a sidecar. Must be called by the spawner's thread, like every start of a process. */
  static Sidecar start(ControllerRun run, Containment containment) throws IOException {
    Programs programs = containment.programs();
    @Nullable CgroupParent cgroups = containment.cgroups();
    var builder =
        new ProcessBuilder(
            List.of(
                programs.setsid(),
                programs.shell(),
                "-c",
                SCRIPT,
                NAME,
                Integer.toString(run.number()),
                cgroups == null ? "" : cgroups.directory().toString()));
    builder.environment().clear();
    builder.environment().put("PATH", Programs.ownPath());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return new Sidecar(builder.start());
  }

  /** The sidecar's process. */
  Process process() {
    return process;
  }

  /** Ends the sidecar, because nothing is left to kill, and waits for its end. */
  void end() throws InterruptedException {
    try (var out = process.getOutputStream()) {
      out.write("end\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      LOG.debug("the sidecar ended before it was asked to: {}", e.toString());
    }
    if (!process.waitFor(EXIT_MILLIS, TimeUnit.MILLISECONDS)) {
      process.toHandle().destroyForcibly();
    }
  }

  /** Kills the sidecar before its pipe is closed, so that it kills nothing. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /** Makes the sidecar kill now, as if the controller had died. */
  void unleash() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("the sidecar has ended: {}", e.toString());
    }
  }
}
