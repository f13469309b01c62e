package dev.warrener.controller.fleet.state;

import dev.warrener.messaging.order.Order;
import dev.warrener.messaging.order.OrderKind;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * The orders that this controller carries out, has carried out, or has refused. Immutable.
 *
 * @param underWay the orders that are not done, by id
 * @param done the orders that were lately done, by id
 * @param refusals the orders that were lately refused, by id: an order that comes again is the same
 *     order
 * @param refused the number of orders refused since the start
 * @param refusedLately the ids of orders refused lately, with whether each has come by another way
 *     than the log, in which it is as well
 * @param retained the kills under way, as last written down or being written
 * @param unknownPast why nobody can tell which kills a former run of this controller had begun;
 *     null if that is known
 * @param late the orders that had expired when they were read from the log, by id
 */
public record Orders(
    TreePMap<String, OrderProgress> underWay,
    TreePMap<String, OrderProgress> done,
    TreePMap<String, Refusal> refusals,
    long refused,
    HashPMap<String, Boolean> refusedLately,
    RetainedKills retained,
    @Nullable String unknownPast,
    TreePMap<String, Order> late) {
  /** The state before the first order. */
  public static final Orders NONE =
      new Orders(
          TreePMap.empty(),
          TreePMap.empty(),
          TreePMap.empty(),
          0,
          HashTreePMap.empty(),
          RetainedKills.NONE,
          null,
          TreePMap.empty());

  private static final int MOST = 1000;

  /** The reason why an order was refused, and when. */
  public record Refusal(String because, Instant at) {}

  /**
   * Returns an order that is under way.
   *
   * @throws IllegalStateException if it is not
   */
  public OrderProgress current(String id) {
    var order = underWay.get(id);
    if (order == null) {
      throw new IllegalStateException("order " + id + " is not under way");
    }
    return order;
  }

  /** Returns an order that is under way, or null. */
  public @Nullable OrderProgress underWay(String id) {
    return underWay.get(id);
  }

  /** Returns an order that is under way or done, or null. */
  public @Nullable OrderProgress find(String id) {
    var order = underWay.get(id);
    return order != null ? order : done.get(id);
  }

  /**
   * Returns the order with an id as it was given first, or null: one that is under way or done, or
   * that was over when it was read from the log.
   */
  public @Nullable Order given(String id) {
    var order = find(id);
    return order != null ? order.heard().given() : late.get(id);
  }

  /** Returns a copy that knows an order that had expired when it was read from the log. */
  public Orders knowing(Order order) {
    var next = late.plus(order.id(), order);
    if (next.size() > MOST) {
      var oldest = next.values().stream().min(Comparator.comparing(Order::issuedAt));
      next = next.minus(oldest.orElseThrow().id());
    }
    return new Orders(
        underWay, done, refusals, refused, refusedLately, retained, unknownPast, next);
  }

  /** Returns the reason why an order was refused before, or null. */
  public @Nullable String refusal(String id) {
    var refusal = refusals.get(id);
    return refusal == null ? null : refusal.because();
  }

  /** Whether an order under way has killed a slot's worker, so that the slot stays empty. */
  public boolean keepEmpty(int slot) {
    for (var order : underWay.values()) {
      for (var target : order.targets()) {
        if (target.slot() == slot) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether an order under way will settle the waiting tasks of a queue. */
  public boolean willSettleWaiting(String queue) {
    for (var order : underWay.values()) {
      if ((order.stage() == OrderProgress.Stage.HALTING
              || order.stage() == OrderProgress.Stage.SETTLING)
          && order.order().scope().coversQueue(queue)
          && !order.targets().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns a copy with a new state of an order. Of the orders that are done, the oldest are
   * forgotten when there are more than a thousand, unless they could still come again.
   */
  public Orders with(OrderProgress order, Instant now) {
    var id = order.order().id();
    if (!order.isOver()) {
      return new Orders(
          underWay.plus(id, order), done, refusals, refused, refusedLately, retained, unknownPast, late);
    }
    var over = done.plus(id, order);
    if (over.size() > MOST) {
      over = withoutOldest(over, now);
    }
    return new Orders(
        underWay.minus(id), over, refusals, refused, refusedLately, retained, unknownPast, late);
  }

  /** Returns the orders without the oldest of those that can't come again. */
  private static TreePMap<String, OrderProgress> withoutOldest(
      TreePMap<String, OrderProgress> over, Instant now) {
    var oldest =
        over.values().stream()
            .filter(one -> one.order().isExpired(now) || isQuestion(one.order()))
            .sorted(Comparator.comparing(one -> one.order().issuedAt()))
            .limit(over.size() - MOST)
            .map(OrderProgress::id)
            .toList();
    return over.minusAll(oldest);
  }

  /** Whether an order changes nothing, so that it can be answered once more. */
  private static boolean isQuestion(Order order) {
    return order.dryRun() || order.kind() == OrderKind.ROLL_CALL;
  }

  /** Returns a copy in which a delivery was settled: no order waits for it any more. */
  public Orders settled(DeliveryKey delivery) {
    var next = underWay;
    for (var order : underWay.values()) {
      if (order.owed().contains(delivery)) {
        next = next.plus(order.order().id(), order.notOwing(delivery));
      }
    }
    return with(next);
  }

  /** Returns a copy in which the broker has every delivery of a queue back. */
  public Orders handedBack(String queue) {
    var next = underWay;
    for (var order : underWay.values()) {
      next = next.plus(order.order().id(), order.handedBack(queue));
    }
    return with(next);
  }

  private Orders with(TreePMap<String, OrderProgress> changed) {
    return new Orders(changed, done, refusals, refused, refusedLately, retained, unknownPast, late);
  }

  /** Returns a copy that refuses an order of that id whenever it comes again. */
  public Orders refusing(String id, String because, Instant now) {
    var next = refusals.plus(id, new Refusal(because, now));
    if (next.size() > MOST) {
      var oldest = next.entrySet().stream().min(Comparator.comparing(one -> one.getValue().at()));
      next = next.minus(oldest.orElseThrow().getKey());
    }
    return new Orders(underWay, done, next, refused, refusedLately, retained, unknownPast, late);
  }

  /**
   * Whether a refusal is to be reported. The same message may arrive by several ways, once by the
   * log and once by another.
   *
   * @param key the order's id with its user, or the reason if it has no id
   */
  public boolean isNewRefusal(String key, boolean isFromLog) {
    var before = refusedLately.get(key);
    return before == null || (!isFromLog && before);
  }

  /** Returns a copy that has recorded a refusal, and counted it if it is new. */
  public Orders recordingRefusal(String key, boolean isFromLog) {
    boolean hasCome = Boolean.TRUE.equals(refusedLately.get(key));
    var lately =
        refusedLately.size() >= MOST ? HashTreePMap.<String, Boolean>empty() : refusedLately;
    return new Orders(
        underWay,
        done,
        refusals,
        isNewRefusal(key, isFromLog) ? refused + 1 : refused,
        lately.plus(key, !isFromLog || hasCome),
        retained,
        unknownPast,
        late);
  }

  /** Returns a copy of which the kills under way have been, or are being, written down. */
  public Orders retaining(RetainedKills kills) {
    return new Orders(underWay, done, refusals, refused, refusedLately, kills, unknownPast, late);
  }

  /** Returns a copy that has read what a former run of this controller had written down. */
  public Orders remembering(RetainedKills kills, @Nullable String unknown) {
    return new Orders(underWay, done, refusals, refused, refusedLately, kills, unknown, late);
  }

  /** Returns the orders under way as they are now, by id. */
  public List<OrderProgress> listUnderWay() {
    return List.copyOf(underWay.values());
  }
}
