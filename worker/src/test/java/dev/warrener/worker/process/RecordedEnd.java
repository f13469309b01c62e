package dev.warrener.worker.process;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Records how a process would end; as in the real one, no call returns. */
final class RecordedEnd implements ProcessEnd {
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

  /** Waits for the next end. */
  String await() throws InterruptedException {
    String end = ends.poll(30, TimeUnit.SECONDS);
    return end == null ? "has not ended" : end;
  }

  boolean hasCome() {
    return !ends.isEmpty();
  }

  @Override
  public void exit(int status) {
    record("exit " + status);
  }

  @Override
  public void exit(int status, String sentence) {
    record("exit " + status + ": " + sentence);
  }

  @Override
  public void kill() {
    record("kill");
  }

  @Override
  public void kill(String sentence) {
    record("kill: " + sentence);
  }

  @Override
  public void outOfMemory() {
    record("out of memory");
  }

  private void record(String end) {
    ends.add(end);
    while (true) {
      LockSupport.park(this);
    }
  }
}
