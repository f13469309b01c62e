package dev.warrener.controller.process;

import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ChildIndex;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which containment works on this host. Starts a trial worker that leaves a daemon
 * behind, kills it, and checks that the kernel shows the death of both. Runs on the spawner's
 * thread.
 */
final class ContainmentProbe {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_NANOS = 300_000;

  /**
   * The trial: starts a child in a session of its own, writes to the channel, and waits to be
   * killed.
   */
  private static final String TRIAL = "\"$1\" sleep 600 & echo up >&3; wait; wait";

  private static final List<List<String>> USERS =
      List.of(
          List.of(), List.of("--user", "--map-current-user"), List.of("--user", "--map-root-user"));

  /**
   * Options that give the namespace its own /proc, so that a worker sees itself under the number by
   * which it knows itself. File systems that are mounted on the host later still appear inside.
   */
  private static final List<List<String>> PROC_MOUNTS =
      List.of(List.of("--mount-proc", "--propagation", "slave"), List.of());

  private final ControllerRun run;
  private final Programs found;
  private final List<ContainmentReport.Unavailable> unavailable = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long trials;

  /** Whether the last trial that ran carried its mark. */
  private boolean marked;

  private ContainmentProbe(ControllerRun run, Programs found) {
    this.run = run;
    this.found = found;
  }

  /**
   * The outcome of the probe.
   *
   * @param containment the containment to use
   * @param marked whether marks work here
   * @param report the report for operators
   */
  record Result(Containment containment, boolean marked, ContainmentReport report) {}

  /**
   * Finds the best containment, or tries the one that was chosen.
   *
   * @throws ProcessLayerException if the chosen one does not work here
   */
  static Result run(ProcessSettings settings) {
    return new ContainmentProbe(settings.run(), Programs.find()).choose(settings);
  }

  private Result choose(ProcessSettings settings) {
    ContainmentChoice choice = settings.containment();
    Programs programs = withWorkingSetpriv();
    CgroupParent cgroups = null;
    List<String> unshare = null;
    switch (choice) {
      case AUTO -> {
        cgroups = findCgroups(programs);
        unshare = cgroups == null ? findUnshare(programs, null) : null;
      }
      case SUBREAPER -> {}
      case CGROUP -> cgroups = require(choice, findCgroups(programs));
      case PID_NAMESPACE -> unshare = require(choice, findUnshare(programs, null));
      case CGROUP_AND_PID_NAMESPACE -> {
        cgroups = require(choice, findCgroups(programs));
        unshare = findUnshare(programs, cgroups);
        if (unshare == null) {
          removeQuietly(cgroups);
        }
        require(choice, unshare);
      }
    }
    var containment = new Containment(programs, cgroups, unshare, PidsLimit.NONE);
    if (!containment.isProven()) {
      String failure = attempt(containment);
      if (failure != null) {
        throw new ProcessLayerException("no worker can be started on this host: " + failure);
      }
    }
    if (!marked) {
      notes.add(
          "the shell can't set a limit on file locks, so a daemon that has cut all ties to its"
              + " worker is killed only when every worker is being killed");
    }
    PidsLimit limit = limit(settings, cgroups, unshare);
    return new Result(
        containment.with(limit),
        marked,
        new ContainmentReport(
            containment.tier(),
            containment.isProven(),
            limit.text(),
            unavailable,
            notes,
            containment.isProven()
                ? null
                : ProofObstacles.look().sentence(settings.containment())));
  }

  private PidsLimit limit(
      ProcessSettings settings, @Nullable CgroupParent cgroups, @Nullable List<String> unshare) {
    PidsLimit.User user = PidsLimit.User.current(run);
    var limit =
        PidsLimit.choose(
            settings.workerPids(),
            settings.workers(),
            cgroups != null && cgroups.countsPids(),
            unshare != null && unshare.contains("--user"),
            user);
    if (limit.by() == PidsLimit.By.NOBODY && settings.workerPids() > 0) {
      notes.add(PidsLimit.whyNone(user));
    }
    return limit;
  }

  /** Other setprivs than that of util-linux can't set a parent-death signal. */
  private Programs withWorkingSetpriv() {
    String setpriv = found.setpriv();
    if (setpriv != null
        && succeeds(List.of(setpriv, "--pdeathsig", "KILL", found.shell(), "-c", ":"))) {
      return found;
    }
    notes.add(
        "setpriv of util-linux isn't here, so workers get no parent-death signal: when the"
            + " controller is killed, the sidecar kills them, or they end themselves");
    return new Programs(found.shell(), found.setsid(), null, found.unshare(), found.nice());
  }

  private static boolean succeeds(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return await(() -> !process.isAlive()) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private @Nullable CgroupParent findCgroups(Programs programs) {
    List<Path> places = CgroupParent.places();
    String failure = "no cgroup file system of version 2 is mounted";
    for (Path place : places) {
      CgroupParent parent;
      try {
        parent = CgroupParent.make(place, run);
      } catch (IOException e) {
        failure = "no cgroup can be made in " + place + " (" + e.getClass().getSimpleName() + ")";
        continue;
      }
      String failed = attempt(new Containment(programs, parent, null, PidsLimit.NONE));
      if (failed == null) {
        return parent;
      }
      removeQuietly(parent);
      failure = "in " + place + ": " + failed;
    }
    unavailable.add(new ContainmentReport.Unavailable(ContainmentChoice.CGROUP.text(), failure));
    return null;
  }

  private @Nullable List<String> findUnshare(Programs programs, @Nullable CgroupParent cgroups) {
    String failure = "the program unshare of util-linux is not on the PATH";
    if (programs.unshare() != null) {
      for (List<String> user : USERS) {
        for (List<String> mount : PROC_MOUNTS) {
          var options = new ArrayList<>(user);
          options.addAll(List.of("--pid", "--fork", "--kill-child"));
          options.addAll(mount);
          String failed = attempt(new Containment(programs, cgroups, options, PidsLimit.NONE));
          if (failed == null) {
            return options;
          }
          failure = failed;
        }
      }
    }
    unavailable.add(
        new ContainmentReport.Unavailable(ContainmentChoice.PID_NAMESPACE.text(), failure));
    return null;
  }

  private <T> T require(ContainmentChoice choice, @Nullable T part) {
    if (part == null) {
      throw new ProcessLayerException(
          "containment "
              + choice.text()
              + " was asked for and does not work here: "
              + unavailable.getLast().reason()
              + "; fix that, or choose another containment");
    }
    return part;
  }

  private static void removeQuietly(CgroupParent parent) {
    parent.whole().isEmpty();
  }

  /** Tries a containment. Returns the reason why it does not work, or null if it works. */
  private @Nullable String attempt(Containment containment) {
    trials++;
    // Slots of trials count down from the largest number, because workers count up from 1.
    long mark = Mark.of(run, Mark.WORKERS_PER_RUN - trials);
    Containment.Launched launched;
    try {
      launched =
          containment.launch(
              new WorkerKey(1, trials),
              mark,
              List.of(found.shell(), "-c", TRIAL, "warrener", found.setsid()),
              Map.of("PATH", Programs.ownPath()),
              process -> {});
    } catch (IOException | UnreadableException e) {
      return "a trial worker can't be started: " + e.getMessage();
    }
    String failure = awaitUp(launched);
    try {
      if (failure == null) {
        marked = Mark.read(launched.head().pid()) == mark;
        failure = lookInside(launched);
      }
      String dead = killAndLook(launched);
      return failure == null ? dead : failure;
    } catch (UnreadableException e) {
      launched.process().toHandle().destroyForcibly();
      return "a trial worker can't be looked at: " + e.getMessage();
    }
  }

  private static @Nullable String awaitUp(Containment.Launched launched) {
    Process process = launched.process();
    boolean up = await(() -> available(process.getInputStream()) > 0 || !process.isAlive());
    if (up && available(process.getInputStream()) > 0) {
      return null;
    }
    return process.isAlive()
        ? "a trial worker wrote nothing"
        : "a trial worker ended with status " + process.exitValue() + complaint(process);
  }

  private static @Nullable String lookInside(Containment.Launched launched) {
    CgroupEnclosure cgroup = launched.cgroup();
    if (cgroup != null && cgroup.members().isEmpty()) {
      return "a trial worker did not enter its cgroup";
    }
    NamespaceEnclosure namespace = launched.namespace();
    if (namespace != null && namespace.findWorker() == null) {
      return "a trial worker did not enter its pid namespace";
    }
    return null;
  }

  private static @Nullable String killAndLook(Containment.Launched launched) {
    List<Enclosure> enclosures = launched.enclosures();
    List<ProcessId> children = childrenOf(launched.head());
    enclosures.forEach(Enclosure::kill);
    if (launched.namespace() == null) {
      Signals.send(launched.head(), Kernel.SIGKILL);
      children.forEach(child -> Signals.send(child, Kernel.SIGKILL));
    }
    boolean exited =
        await(() -> !launched.process().isAlive() && children.stream().noneMatch(Stat::isAlive));
    boolean empty =
        exited
            && await(() -> enclosures.stream().allMatch(Enclosure::isEmpty))
            && enclosures.stream().allMatch(Enclosure::isProven);
    closeQuietly(launched.process());
    if (exited && empty) {
      return null;
    }
    Signals.send(launched.head(), Kernel.SIGKILL);
    return exited
        ? "the kernel does not show the death of a trial worker"
        : "a trial worker can't be killed";
  }

  private static List<ProcessId> childrenOf(ProcessId head) {
    var children = new ArrayList<ProcessId>();
    for (long pid : ChildIndex.look().children(head.pid())) {
      Stat stat = Stat.of(pid);
      if (stat != null && stat.parent() == head.pid()) {
        children.add(stat.id());
      }
    }
    return children;
  }

  private static String complaint(Process process) {
    try {
      InputStream error = process.getErrorStream();
      String text = new String(error.readNBytes(error.available()), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "" : " (" + text.lines().findFirst().orElse("") + ")";
    } catch (IOException e) {
      return "";
    }
  }

  private static int available(InputStream in) {
    try {
      return in.available();
    } catch (IOException e) {
      return 0;
    }
  }

  private static void closeQuietly(Process process) {
    try {
      process.getInputStream().close();
      process.getErrorStream().close();
      process.getOutputStream().close();
    } catch (IOException e) {
      // The JDK has closed it already.
      return;
    }
  }

  private static boolean await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return true;
  }
}
