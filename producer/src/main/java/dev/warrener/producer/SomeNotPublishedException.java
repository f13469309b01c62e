package dev.warrener.producer;

import java.util.List;

/**
 * Thrown by {@link WarrenerClient#submitAll} when the broker has not confirmed some of the tasks.
 */
public final class SomeNotPublishedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long confirmed;
  private final long failed;
  private final transient List<PublishException> first;

  SomeNotPublishedException(long confirmed, long failed, List<PublishException> first) {
    super(
        failed
            + " of "
            + (confirmed + failed)
            + " tasks were not published; the first: "
            + first.get(0).getMessage(),
        first.get(0));
    this.confirmed = confirmed;
    this.failed = failed;
    this.first = List.copyOf(first);
  }

  /** Returns the number of tasks that were confirmed. */
  public long confirmed() {
    return confirmed;
  }

  /** Returns the number of tasks that were not confirmed. */
  public long failed() {
    return failed;
  }

  /**
   * Returns the failures of the first tasks that were not confirmed, at most 100. {@link
   * ClientListener#notPublished} is called for each of them.
   */
  public List<PublishException> first() {
    return first;
  }
}
