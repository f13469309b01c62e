package dev.warrener.controller.process;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and kills one worker before there are any, so that all that a kill needs is loaded and
 * linked: else the first kill, which is the one that matters most, is the slowest by some ten
 * milliseconds. It stands before the listener, which hears nothing of it.
 */
final class Rehearsal implements ProcessListener {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final WorkerKey WORKER = new WorkerKey(Integer.MAX_VALUE, Long.MAX_VALUE);
  private static final long PATIENCE_SECONDS = 5;

  /** Has a child in a session of its own, and says so in both ways. */
  private static final String SCRIPT =
      "printf '\\000\\000\\000\\003\\020\\000\\000' >&3; \"$1\" sleep 600 & echo up; wait; wait";

  private final ProcessListener audience;
  private final CountDownLatch up = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  Rehearsal(ProcessListener audience) {
    this.audience = audience;
  }

  /** Does it, and waits for its end. */
  void perform(WorkerProcesses processes, Programs programs) throws InterruptedException {
    processes.spawn(
        WORKER,
        List.of(programs.shell(), "-c", SCRIPT, "warrener", programs.setsid()),
        Map.of("PATH", Programs.ownPath()));
    boolean ran = up.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    processes.send(WORKER, Frame.of(FrameType.PING));
    processes.kill(WORKER);
    if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || !ran) {
      LOG.warn("a worker that was started and killed for practice didn't run or die in time");
    }
  }

  @Override
  public void spawned(WorkerKey worker, long pid, long startTicks) {
    if (!worker.equals(WORKER)) {
      audience.spawned(worker, pid, startTicks);
    }
  }

  @Override
  public void spawnFailed(WorkerKey worker, String reason) {
    if (!worker.equals(WORKER)) {
      audience.spawnFailed(worker, reason);
      return;
    }
    LOG.warn("no worker could be started for practice: {}", reason);
    up.countDown();
    over.countDown();
  }

  @Override
  public void frame(WorkerKey worker, Frame frame) {
    if (!worker.equals(WORKER)) {
      audience.frame(worker, frame);
    }
  }

  @Override
  public void output(WorkerKey worker, String line) {
    if (!worker.equals(WORKER)) {
      audience.output(worker, line);
      return;
    }
    up.countDown();
  }

  @Override
  public void treeEmpty(DeathCertificate certificate) {
    if (!certificate.worker().equals(WORKER)) {
      audience.treeEmpty(certificate);
      return;
    }
    over.countDown();
  }

  @Override
  public void unconfirmed(WorkerKey worker, long pid, long startTicks, List<Survivor> survivors) {
    if (!worker.equals(WORKER)) {
      audience.unconfirmed(worker, pid, startTicks, survivors);
    }
  }
}
