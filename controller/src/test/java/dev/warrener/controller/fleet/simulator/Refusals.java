package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.state.HeardOrder;
import dev.warrener.messaging.order.OrderKind;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one life of a controller has refused, or a former one: that stays refused. */
final class Refusals {
  /**
   * An order that is refused for good.
   *
   * @param user by whom it is refused, or null for by whomever
   */
  record Refusal(String order, @Nullable String user) {}

  private final Objections objections;
  private final Set<Refusal> all = new HashSet<>();

  /** Those that outlive it once they are written down. */
  private final Set<Refusal> lasting = new HashSet<>();

  /** Of whom it has refused something with an id: it may be silent about that from then on. */
  private final Set<Refusal> told = new HashSet<>();

  Refusals(Objections objections) {
    this.objections = objections;
  }

  /** What a former life has written down. */
  void remember(Set<Refusal> refused) {
    all.addAll(refused);
    lasting.addAll(refused);
  }

  /** An order is refused here: for good, unless it is another one with a known id. */
  void add(HeardOrder heard, String wrong) {
    var order = heard.order();
    boolean isStranger = !objections.isByAnOperator(heard);
    if (wrong.equals(Objections.ANOTHER) || (isStranger && heard.userId() == null)) {
      return;
    }
    var refusal = new Refusal(order.id(), isStranger ? heard.userId() : null);
    all.add(refusal);
    boolean isQuestion = order.dryRun() || order.kind() == OrderKind.ROLL_CALL;
    if (!isQuestion && heard.origin() != HeardOrder.Origin.LOCAL) {
      lasting.add(refusal);
    }
  }

  boolean has(HeardOrder heard) {
    var id = heard.order().id();
    return all.contains(new Refusal(id, null))
        || (heard.origin() != HeardOrder.Origin.LOCAL
            && heard.userId() != null
            && all.contains(new Refusal(id, heard.userId())));
  }

  boolean wasTold(HeardOrder heard) {
    return told.contains(new Refusal(heard.order().id(), heard.userId()));
  }

  /** Notes that it has refused something; returns false if it had refused the like before. */
  boolean isNew(HeardOrder heard) {
    return told.add(new Refusal(heard.order().id(), heard.userId()));
  }

  /** What must outlive it as soon as it is written down. */
  Set<Refusal> lasting() {
    return Set.copyOf(lasting);
  }
}
