package dev.warrener.controller.process;

import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.process.linux.Kernel;
import dev.warrener.controller.process.linux.ProcFile;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.controller.process.linux.Signals;
import dev.warrener.controller.process.linux.Stat;
import dev.warrener.controller.process.linux.UnreadableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes that a former run of a controller left behind on this host.
 *
 * @param killed those that were found and are gone now
 * @param survivors those that could not be killed
 */
public record Strays(List<Stray> killed, List<Survivor> survivors) {
  private static final Logger LOG = LoggerFactory.getLogger(Strays.class);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NANOS = 2_000_000;

  /** Takes copies of the lists. */
  public Strays {
    killed = List.copyOf(killed);
    survivors = List.copyOf(survivors);
  }

  /**
   * A process that was left behind.
   *
   * @param pid its process id
   * @param startTicks when it started: field 22 of the kernel's stat
   * @param command its name, at most 15 characters
   */
  public record Stray(long pid, long startTicks, String command) {}

  /**
   * Kills the processes that former runs of this controller left behind on this host. Returns when
   * none is found any more, or after some seconds. To be called before anything is consumed.
   *
   * <p>A process is a stray if its cookie or its mark names a run of this controller that is over:
   * the process of that run is gone. So processes of a living controller are never touched, not
   * even if it has the same id and another lock directory. Neither is a process whose controller is
   * in another pid namespace, where nobody can tell whether it lives.
   */
  public static Strays killLeftOvers(ControllerLock lock) {
    Kernel.link();
    long start = System.nanoTime();
    String controllerId = lock.run().controllerId();
    List<CgroupParent> cgroups = CgroupParent.leftOvers(controllerId);
    for (CgroupParent parent : cgroups) {
      String failure = parent.whole().kill();
      if (failure != null) {
        LOG.warn("what a former run left behind: {}", failure);
      }
    }
    Set<Integer> runsThatAreOver =
        lock.formerRuns().stream()
            .filter(ControllerRun::isOver)
            .map(ControllerRun::number)
            .collect(Collectors.toSet());
    Map<ProcessId, Stray> met = new LinkedHashMap<>();
    while (true) {
      var strays = new ArrayList<Stat>();
      String failure = find(controllerId, runsThatAreOver, strays);
      for (Stat stat : strays) {
        met.put(stat.id(), new Stray(stat.id().pid(), stat.id().startTicks(), stat.command()));
        Signals.send(stat.id(), Kernel.SIGKILL);
      }
      boolean late = System.nanoTime() - start > PATIENCE_NANOS;
      boolean cgroupsGone = failure == null && areGone(cgroups);
      if (late || (strays.isEmpty() && cgroupsGone)) {
        return report(lock, met, strays, failure);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static boolean areGone(List<CgroupParent> cgroups) {
    try {
      return cgroups.stream().allMatch(parent -> parent.whole().isEmpty());
    } catch (UnreadableException e) {
      return false;
    }
  }

  private static Strays report(
      ControllerLock lock, Map<ProcessId, Stray> met, List<Stat> left, @Nullable String failure) {
    for (Stat stat : left) {
      met.remove(stat.id());
    }
    if (failure != null) {
      LOG.warn(
          "nobody can tell whether a former run of controller {} has left processes behind: {}; its"
              + " next start looks again",
          lock.run().controllerId(),
          failure);
    } else if (left.isEmpty()) {
      lock.forgetFormerRuns();
    }
    var strays =
        new Strays(
            List.copyOf(met.values()),
            left.stream()
                .map(stat ->
                    new Survivor(stat.id().pid(), String.valueOf(stat.state()), stat.command()))
                .toList());
    if (!met.isEmpty() || !left.isEmpty()) {
      LOG.warn(
          "a former run of controller {} had left processes behind; killed: {}, still alive: {}",
          lock.run().controllerId(),
          strays.killed(),
          strays.survivors());
    }
    return strays;
  }

  /**
   * Adds the strays that are found.
   *
   * @return null if all processes were looked at that this user may look at; else why one was not
   */
  private static @Nullable String find(
      String controllerId, Set<Integer> runsThatAreOver, List<Stat> strays) {
    String failure = null;
    long[] pids;
    try {
      pids = ProcFile.allPids();
    } catch (UnreadableException e) {
      return e.getMessage();
    }
    for (long pid : pids) {
      try {
        if (isStray(pid, controllerId, runsThatAreOver)) {
          Stat stat = Stat.of(pid);
          // Read again, now that the start time is known: the number may have been reused in
          // between.
          if (stat != null && !stat.isDead() && isStray(pid, controllerId, runsThatAreOver)) {
            strays.add(stat);
          }
        }
      } catch (UnreadableException e) {
        failure = e.isRefused() ? failure : e.getMessage();
      }
    }
    return failure;
  }

  private static boolean isStray(long pid, String controllerId, Set<Integer> runsThatAreOver) {
    long run = Mark.runNumber(Mark.read(pid));
    if (run > 0 && run <= Integer.MAX_VALUE && runsThatAreOver.contains((int) run)) {
      return true;
    }
    Cookie cookie = Cookie.read(pid);
    return cookie != null
        && cookie.run().controllerId().equals(controllerId)
        && cookie.run().isOver();
  }
}
