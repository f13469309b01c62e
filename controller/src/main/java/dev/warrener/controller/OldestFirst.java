package dev.warrener.controller;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Holds acknowledgements back until the older deliveries of their queue can be acknowledged, too.
 * AMQP can acknowledge all deliveries up to one in a single frame, but tasks of several workers end
 * out of order. Used by the settling thread alone.
 *
 * @param <D> a delivery, compared by identity
 */
final class OldestFirst<D> {
  /** The number of rounds that an acknowledgement waits for older ones before it is sent alone. */
  static final int ROUNDS = 3;

  /**
   * The most acknowledgements that may wait for older ones, as a multiple of the most in a batch.
   * When more wait, the oldest task is a long one, and waiting for it gains nothing.
   */
  static final int MOST_BATCHES = 3;

  private record Waiting<D>(D delivery, int rounds) {}

  private List<Waiting<D>> waiting = new ArrayList<>();

  /**
   * Acknowledges what can go together.
   *
   * @param fresh deliveries that are to be acknowledged from now on
   * @param most the most acknowledgements in a batch
   * @param acknowledgeOldest acknowledges the deliveries without an older unsettled one in their
   *     queue, and returns the rest
   * @return deliveries that have waited long enough, to be acknowledged one by one
   */
  List<D> round(List<D> fresh, int most, UnaryOperator<List<D>> acknowledgeOldest) {
    var all = waiting;
    waiting = new ArrayList<>();
    fresh.forEach(delivery -> all.add(new Waiting<>(delivery, 0)));
    var rest = Collections.newSetFromMap(new IdentityHashMap<D, Boolean>());
    rest.addAll(acknowledgeOldest.apply(all.stream().map(Waiting::delivery).toList()));
    int rounds = rest.size() > MOST_BATCHES * most ? 0 : ROUNDS;
    var late = new ArrayList<D>();
    for (var one : all) {
      if (!rest.contains(one.delivery())) {
        continue;
      }
      if (one.rounds() < rounds) {
        waiting.add(new Waiting<>(one.delivery(), one.rounds() + 1));
      } else {
        late.add(one.delivery());
      }
    }
    return late;
  }

  /** Takes all waiting deliveries, to be acknowledged at once. */
  List<D> takeAll() {
    var all = waiting.stream().map(Waiting::delivery).toList();
    waiting = new ArrayList<>();
    return all;
  }
}
