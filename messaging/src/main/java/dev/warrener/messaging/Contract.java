package dev.warrener.messaging;

/** The contract that all messages keep: what crosses the broker and the control sockets. */
public final class Contract {
  /** The version that this library writes, and the only one that it reads. */
  public static final int VERSION = 1;

  private Contract() {}
}
