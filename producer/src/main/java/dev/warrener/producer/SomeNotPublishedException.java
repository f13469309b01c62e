package dev.warrener.producer;

import java.util.List;

/** Of many tasks that were submitted together, some were not confirmed. */
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

  /** How many tasks were confirmed. */
  public long confirmed() {
    return confirmed;
  }

  /** How many were not. */
  public long failed() {
    return failed;
  }

  /** The first of those that were not, at most 100. {@link ClientListener} hears of all. */
  public List<PublishException> first() {
    return first;
  }
}
