package dev.warrener.bench.handler;

/** What a measured task does, the same for whoever runs it. */
public enum Work {
  /** Nothing. */
  NO_OP("bench-no-op", "no-op"),
  /** Waits for one millisecond. */
  PAUSE("bench-pause", "1 ms"),
  /** Writes down when it started. */
  STAMP("bench-stamp", "stamp");

  private final String handler;
  private final String label;

  Work(String handler, String label) {
    this.handler = handler;
    this.label = label;
  }

  /** The name that tasks of this work ask for. */
  public String handler() {
    return handler;
  }

  /** The name in tables. */
  public String label() {
    return label;
  }

  /** Does it, as a consumer without processes of its own would. */
  public void run(byte[] input) throws InterruptedException {
    switch (this) {
      case NO_OP -> {}
      case PAUSE -> Thread.sleep(1);
      case STAMP -> Stamps.write(System.nanoTime(), input);
    }
  }
}
