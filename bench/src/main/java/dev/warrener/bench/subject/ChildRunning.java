package dev.warrener.bench.subject;

import dev.warrener.bench.rig.ChildProcess;

/** A subject that is one process, with children or without. */
record ChildRunning(ChildProcess child) implements Subject.Running {
  @Override
  public void requireAlive() {
    child.requireAlive();
  }

  @Override
  public long pid() {
    return child.pid();
  }

  @Override
  public void close() {
    child.close();
  }
}
