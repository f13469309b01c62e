package dev.warrener.ops.invocation;

import dev.warrener.operator.rollcall.Verdict;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The exit status of a command. The list is part of the contract: help texts and pages are made
 * from it, and no command ends with another status.
 */
public enum ExitStatus {
  /** The command is done; of a kill: every expected controller has confirmed. */
  DONE(0, "done; of a kill: everyone expected has confirmed"),
  /** A bug. */
  BUG(1, "a bug"),
  /** Wrong usage, or a confirmation that nobody could give. */
  USAGE(2, "wrong usage, or a confirmation that nobody could give"),
  /**
   * Everyone answered and something failed. A controller that has run out of memory also ends with
   * 3, which is the status of its JVM.
   */
  FAILED(3, "everyone answered and something failed"),
  /** Unknown target. */
  UNKNOWN_TARGET(4, "unknown target"),
  /** Declined at the prompt. */
  DECLINED(5, "declined at the prompt"),
  /** Done in part: a limit, or another program, has left something. */
  INCOMPLETE(6, "done in part: a limit, or another program, has left something"),
  /** The broker can't be reached. */
  UNAVAILABLE(69, "the broker can't be reached"),
  /** Not allowed. */
  NOT_ALLOWED(77, "not allowed"),
  /** Bad configuration. */
  BAD_CONFIGURATION(78, "bad configuration"),
  /** Somebody did not answer: the outcome is unknown there. */
  NO_ANSWER(124, "somebody did not answer: unknown there"),
  /** Interrupted; the order stays in force. */
  INTERRUPTED(130, "interrupted (the order stays in force)");

  private final int code;
  private final String meaning;

  ExitStatus(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** Returns the status for a verdict. */
  public static ExitStatus of(Verdict verdict) {
    return switch (verdict.state()) {
      case CONFIRMED, SENT -> DONE;
      case FAILED -> FAILED;
      case PARTIAL -> NO_ANSWER;
      case UNKNOWN_TARGET -> UNKNOWN_TARGET;
    };
  }

  /** Returns the number that the process ends with. */
  public int code() {
    return code;
  }

  /** Returns the meaning, as help texts and documents give it. */
  public String meaning() {
    return meaning;
  }

  /**
   * Returns the meanings of all statuses by number, in the order of the contract, for picocli's
   * help.
   */
  public static Map<String, String> byCode() {
    return Arrays.stream(values())
        .collect(
            Collectors.toMap(
                status -> Integer.toString(status.code),
                ExitStatus::meaning,
                (one, other) -> one,
                LinkedHashMap::new));
  }
}
