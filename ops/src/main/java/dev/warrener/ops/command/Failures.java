package dev.warrener.ops.command;

import dev.warrener.controller.audit.AuditException;
import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.ControllerIdTakenException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TopologyMismatchException;
import dev.warrener.ops.CommandFailure;
import dev.warrener.ops.ExitStatus;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Style.Tone;
import dev.warrener.ops.screen.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns what went wrong into one sentence and an exit status. */
final class Failures {
  private Failures() {}

  /** The status for a failure that is understood, or {@link ExitStatus#BUG}. */
  static ExitStatus status(Throwable failure) {
    return switch (failure) {
      case CommandFailure known -> known.status();
      case BrokerUnreachableException unreachable -> ExitStatus.UNAVAILABLE;
      case NotAllowedException refused -> ExitStatus.NOT_ALLOWED;
      case NoSuchQueueException unknown -> ExitStatus.UNKNOWN_TARGET;
      case TopologyMismatchException mismatch -> ExitStatus.BAD_CONFIGURATION;
      case ControllerIdTakenException taken -> ExitStatus.BAD_CONFIGURATION;
      case BrokerException other -> ExitStatus.FAILED;
      case ConfigurationException wrong -> ExitStatus.BAD_CONFIGURATION;
      case AuditException unwritable -> ExitStatus.BAD_CONFIGURATION;
      case ProcessLayerException unfit -> ExitStatus.BAD_CONFIGURATION;
      default -> ExitStatus.BUG;
    };
  }

  /** Says what went wrong, on stderr; the trace too if {@code verbose}. Returns the status. */
  static int report(Throwable failure, PrintStream err, Style style, boolean verbose) {
    var status = status(failure);
    if (status == ExitStatus.BUG) {
      reportBug(failure, err, style, verbose);
    } else {
      err.println(error(style, String.valueOf(failure.getMessage())));
      if (verbose) {
        failure.printStackTrace(err);
      }
    }
    err.flush();
    return status.code();
  }

  /** {@code error: SENTENCE}. */
  static String error(Style style, String sentence) {
    return style.paint(Tone.BAD, "error:") + " " + Text.oneLine(sentence);
  }

  private static void reportBug(Throwable failure, PrintStream err, Style style, boolean verbose) {
    String what = "this is a bug in warrener: " + failure;
    if (verbose) {
      err.println(error(style, what));
      failure.printStackTrace(err);
      return;
    }
    err.println(
        error(
            style,
            what
                + keepTrace(failure)
                    .map(file -> "; the trace is in " + file)
                    .orElse("; say it again with -v for the trace")));
  }

  private static Optional<Path> keepTrace(Throwable failure) {
    try {
      var file = Files.createTempFile("warrener-bug-", ".txt");
      try (var writer = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
        failure.printStackTrace(writer);
      }
      return Optional.of(file);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The names that look most like {@code wrong}, at most three, the nearest first. */
  static String didYouMean(String wrong, Iterable<String> names) {
    var near =
        java.util.stream.StreamSupport.stream(names.spliterator(), false)
            .distinct()
            .map(name -> new Candidate(name, distance(wrong, name)))
            .filter(candidate -> candidate.distance <= Math.max(1, wrong.length() / 3))
            .sorted()
            .limit(3)
            .map(Candidate::name)
            .collect(Collectors.joining(" or "));
    return near.isEmpty() ? "" : "; did you mean " + near + "?";
  }

  private record Candidate(String name, int distance) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      return distance != other.distance
          ? Integer.compare(distance, other.distance)
          : name.compareTo(other.name);
    }
  }

  /** Letters to add, drop, replace or swap with a neighbour to make one of the other. */
  static int distance(String one, String other) {
    var twoAgo = new int[other.length() + 1];
    var before = new int[other.length() + 1];
    Arrays.setAll(before, i -> i);
    for (int i = 1; i <= one.length(); i++) {
      var now = new int[other.length() + 1];
      now[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        now[j] = Math.min(replaced, Math.min(before[j], now[j - 1]) + 1);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          now[j] = Math.min(now[j], twoAgo[j - 2] + 1);
        }
      }
      twoAgo = before;
      before = now;
    }
    return before[other.length()];
  }
}
