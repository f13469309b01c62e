package dev.warrener.controller.fleet.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.MapPSet;

/**
 * What is known, after the loss of a connection, of the messages that the broker has taken back
 * while their runs go on, here or at other controllers. Immutable.
 *
 * @param until when all doubts end: the runs that have lost their messages have been killed by then
 * @param awaited the controllers that were there before the loss, and were not heard since
 * @param heard the controllers that were heard since
 * @param doubtful the deliveries here that wait because their task may run elsewhere
 * @param ended the attempts that have ended here without their message, by task
 * @param pauses until when a queue is not consumed, by queue: what others claim goes to them
 * @param nextPauses the earliest time for another such pause, by queue
 * @param lookAt when a timer is due that lets all this be looked at, or null if none is set
 */
public record Claims(
    Instant until,
    MapPSet<String> awaited,
    MapPSet<String> heard,
    MapPSet<DeliveryKey> doubtful,
    HashPMap<TaskKey, Integer> ended,
    HashPMap<String, Instant> pauses,
    HashPMap<String, Instant> nextPauses,
    @Nullable Instant lookAt) {
  /** The most ended runs that are kept: a bound on memory. */
  private static final int MOST_ENDED = 1000;

  /** Nothing was lost. */
  public static final Claims NONE =
      new Claims(
          Instant.MIN,
          HashTreePSet.empty(),
          HashTreePSet.empty(),
          HashTreePSet.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          null);

  /** Whether there may be doubts at all. */
  public boolean mayDoubt(Instant now) {
    return now.isBefore(until);
  }

  /** Whether a queue is not consumed for a moment. */
  public boolean isPaused(String queue, Instant now) {
    var end = pauses.get(queue);
    return end != null && now.isBefore(end);
  }

  /** Whether a queue's consumption may be paused again. */
  public boolean mayPause(String queue, Instant now) {
    var next = nextPauses.get(queue);
    return next == null || !now.isBefore(next);
  }

  /** Returns a copy after the loss of a connection, with what was known of the deliveries gone. */
  public Claims lost(Instant end, MapPSet<String> live) {
    return new Claims(
        end.isAfter(until) ? end : until,
        live,
        HashTreePSet.empty(),
        HashTreePSet.empty(),
        ended,
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        lookAt);
  }

  /** Returns a copy in which doubts last until then at least. */
  public Claims until(Instant end) {
    return end.isAfter(until)
        ? new Claims(end, awaited, heard, doubtful, ended, pauses, nextPauses, lookAt)
        : this;
  }

  /** Returns a copy in which a controller was heard. */
  public Claims hearing(String controller) {
    return new Claims(
        until,
        awaited.minus(controller),
        heard.plus(controller),
        doubtful,
        ended,
        pauses,
        nextPauses,
        lookAt);
  }

  /** Returns a copy with other doubtful deliveries. */
  public Claims with(MapPSet<DeliveryKey> deliveries) {
    return new Claims(until, awaited, heard, deliveries, ended, pauses, nextPauses, lookAt);
  }

  /** Returns a copy with one more run that has ended without its message. */
  public Claims plusEnded(TaskKey task, int attempt) {
    return ended.size() >= MOST_ENDED ? this : withEnded(ended.plus(task, attempt));
  }

  /** Returns a copy in which the message of a run is here. */
  public Claims minusEnded(TaskKey task) {
    return ended.containsKey(task) ? withEnded(ended.minus(task)) : this;
  }

  private Claims withEnded(HashPMap<TaskKey, Integer> runs) {
    return new Claims(until, awaited, heard, doubtful, runs, pauses, nextPauses, lookAt);
  }

  /** Returns a copy in which a queue is not consumed until {@code end}. */
  public Claims pausing(String queue, Instant end, Instant next) {
    return new Claims(
        until,
        awaited,
        heard,
        doubtful,
        ended,
        pauses.plus(queue, end),
        nextPauses.plus(queue, next),
        lookAt);
  }

  /** Returns a copy without any doubts, since the time for them is over. */
  public Claims over() {
    return doubtful.isEmpty() && ended.isEmpty() && awaited.isEmpty()
        ? this
        : NONE.lookingAt(lookAt);
  }

  /** Returns a copy with a timer that is due then. */
  public Claims lookingAt(@Nullable Instant instant) {
    return new Claims(until, awaited, heard, doubtful, ended, pauses, nextPauses, instant);
  }
}
