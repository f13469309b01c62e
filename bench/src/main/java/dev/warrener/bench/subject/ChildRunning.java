package dev.warrener.bench.subject;

import dev.warrener.bench.rig.ChildProcess;

/** A running program that is one process, with or without children. */
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
