package dev.warrener.operator.rollcall;

import dev.warrener.messaging.WireName;
import java.util.List;

/**
 * The result of a roll-call.
 *
 * @param state the result in a word
 * @param sentences everything that a person has to know, the most important first; empty if the
 *     order was confirmed
 */
public record Verdict(State state, List<String> sentences) {

  /** The states of an order, by their names on screens and in JSON. */
  public enum State implements WireName {
    /** Every expected controller has done the order, and nothing failed. */
    CONFIRMED("confirmed"),
    /** Every expected controller has answered, and something failed. */
    FAILED("failed"),
    /** A controller has not answered, or is not done: the outcome there is unknown. */
    PARTIAL("partial"),
    /**
     * Every expected controller has answered, and none has a task or batch that the scope names.
     */
    UNKNOWN_TARGET("unknown-target"),
    /** The order was sent, and the answers were not waited for. */
    SENT("sent");

    private final String wire;

    State(String wire) {
      this.wire = wire;
    }

    @Override
    public String wire() {
      return wire;
    }
  }

  public Verdict {
    sentences = List.copyOf(sentences);
  }

  /** Whether every expected controller has done the order, and nothing failed. */
  public boolean isConfirmed() {
    return state == State.CONFIRMED;
  }
}
