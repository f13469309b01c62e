package dev.warrener.controller.process;

import dev.warrener.controller.death.DeathCertificate;
import dev.warrener.controller.death.Survivor;
import dev.warrener.controller.death.WorkerKey;
import dev.warrener.controller.process.linux.ProcessId;
import dev.warrener.worker.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Keeps what happens to each worker, in order, and lets a test wait for it. */
class RecordingListener implements ProcessListener {
  private static final long PATIENCE_SECONDS = 60;

  sealed interface Heard {
    record Spawned(ProcessId process) implements Heard {}

    record SpawnFailed(String reason) implements Heard {}

    record Said(Frame frame) implements Heard {}

    record ProtocolBroken(String how) implements Heard {}

    record Printed(String line) implements Heard {}

    record TreeEmpty(DeathCertificate certificate) implements Heard {}

    record Unconfirmed(List<Survivor> survivors, @Nullable String doubt) implements Heard {}
  }

  private final Map<WorkerKey, List<Heard>> all = new ConcurrentHashMap<>();
  private final Map<WorkerKey, BlockingQueue<Heard>> unread = new ConcurrentHashMap<>();

  @Override
  public void spawned(WorkerKey worker, long pid, long startTicks) {
    hear(worker, new Heard.Spawned(new ProcessId(pid, startTicks)));
  }

  @Override
  public void spawnFailed(WorkerKey worker, String reason) {
    hear(worker, new Heard.SpawnFailed(reason));
  }

  @Override
  public void frame(WorkerKey worker, Frame frame) {
    hear(worker, new Heard.Said(frame));
  }

  @Override
  public void output(WorkerKey worker, String line) {
    hear(worker, new Heard.Printed(line));
  }

  @Override
  public void protocolBroken(WorkerKey worker, String how) {
    hear(worker, new Heard.ProtocolBroken(how));
  }

  @Override
  public void treeEmpty(DeathCertificate certificate) {
    hear(certificate.worker(), new Heard.TreeEmpty(certificate));
  }

  @Override
  public void unconfirmed(
      WorkerKey worker,
      long pid,
      long startTicks,
      List<Survivor> survivors,
      @Nullable String doubt) {
    hear(worker, new Heard.Unconfirmed(survivors, doubt));
  }

  ProcessId awaitSpawned(WorkerKey worker) {
    return await(worker, Heard.Spawned.class, heard -> true).process();
  }

  /** The process of a worker of which more than its start was heard already. */
  ProcessId spawnedAs(WorkerKey worker) {
    return heardOf(worker, Heard.Spawned.class).getFirst().process();
  }

  String awaitSpawnFailed(WorkerKey worker) {
    return await(worker, Heard.SpawnFailed.class, heard -> true).reason();
  }

  void awaitLine(WorkerKey worker, String line) {
    await(worker, Heard.Printed.class, heard -> heard.line().equals(line));
  }

  Frame awaitFrame(WorkerKey worker) {
    return await(worker, Heard.Said.class, heard -> true).frame();
  }

  DeathCertificate awaitTreeEmpty(WorkerKey worker) {
    return await(worker, Heard.TreeEmpty.class, heard -> true).certificate();
  }

  /** Waits for the last word about a worker: its certificate, or that it never existed. */
  void awaitEnd(WorkerKey worker) {
    await(
        worker,
        Heard.class,
        heard -> heard instanceof Heard.TreeEmpty || heard instanceof Heard.SpawnFailed);
  }

  List<Survivor> awaitUnconfirmed(WorkerKey worker) {
    return await(worker, Heard.Unconfirmed.class, heard -> true).survivors();
  }

  /** Everything that was heard of that worker up to now. */
  List<Heard> heardOf(WorkerKey worker) {
    List<Heard> heard = all.getOrDefault(worker, List.of());
    synchronized (heard) {
      return new ArrayList<>(heard);
    }
  }

  /** Everything of that kind that was heard of that worker up to now. */
  <T extends Heard> List<T> heardOf(WorkerKey worker, Class<T> kind) {
    return heardOf(worker).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Waits for the next of that kind that fits, and forgets what came before it. */
  private <T extends Heard> T await(WorkerKey worker, Class<T> kind, Predicate<T> fits) {
    try {
      while (true) {
        Heard next = unread(worker).poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError(
              "no " + kind + " of worker " + worker + ", of which was heard " + heardOf(worker));
        }
        if (kind.isInstance(next) && fits.test(kind.cast(next))) {
          return kind.cast(next);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void hear(WorkerKey worker, Heard heard) {
    List<Heard> list = all.computeIfAbsent(worker, key -> new ArrayList<>());
    synchronized (list) {
      list.add(heard);
    }
    unread(worker).add(heard);
  }

  private BlockingQueue<Heard> unread(WorkerKey worker) {
    return unread.computeIfAbsent(worker, key -> new LinkedBlockingQueue<>());
  }
}
