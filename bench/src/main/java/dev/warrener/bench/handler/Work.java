package dev.warrener.bench.handler;

/** The work of a measured task, the same for every program that runs it. */
public enum Work {
  /** Does nothing. */
  NO_OP("bench-no-op", "no-op"),
  /** Waits for one millisecond. */
  PAUSE("bench-pause", "1 ms"),
  /** Records when it started, see {@link Stamps}. */
  STAMP("bench-stamp", "stamp");

  private final String handler;
  private final String label;

  Work(String handler, String label) {
    this.handler = handler;
    this.label = label;
  }

  /** Returns the name of the handler that does this work. */
  public String handler() {
    return handler;
  }

  /** Returns the name for tables. */
  public String label() {
    return label;
  }

  /** Does the work in this process, as a consumer without worker processes does. */
  public void run(byte[] input) throws InterruptedException {
    switch (this) {
      case NO_OP -> {}
      case PAUSE -> Thread.sleep(1);
      case STAMP -> Stamps.write(System.nanoTime(), input);
    }
  }
}
