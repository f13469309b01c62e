package dev.warrener.ops.rollcall;

import dev.warrener.ops.ExitStatus;
import java.util.List;

/**
 * What a roll-call adds up to.
 *
 * @param status what the command ends with
 * @param word the state of the order: {@code confirmed}, {@code failed}, {@code partial}, {@code
 *     unknown-target}
 * @param sentences what a person has to know, the most important first; empty if all went well
 */
public record Verdict(ExitStatus status, String word, List<String> sentences) {
  public Verdict {
    sentences = List.copyOf(sentences);
  }
}
