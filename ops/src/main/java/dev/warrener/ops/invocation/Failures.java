package dev.warrener.ops.invocation;

import dev.warrener.controller.audit.AuditException;
import dev.warrener.controller.configuration.ConfigurationException;
import dev.warrener.controller.process.linux.ProcessLayerException;
import dev.warrener.messaging.broker.BrokerBlockedException;
import dev.warrener.messaging.broker.BrokerException;
import dev.warrener.messaging.broker.BrokerUnreachableException;
import dev.warrener.messaging.broker.ControllerIdTakenException;
import dev.warrener.messaging.broker.NoSuchQueueException;
import dev.warrener.messaging.broker.NotAllowedException;
import dev.warrener.messaging.broker.TopologyMismatchException;
import dev.warrener.operator.rollcall.UnknownTargetException;
import dev.warrener.ops.screen.Lines;
import dev.warrener.ops.screen.Style;
import dev.warrener.ops.screen.Style.Tone;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Turns a failure into one sentence and an exit status. */
public final class Failures {
  private Failures() {}

  /** Returns the status for a failure that is understood, or {@link ExitStatus#BUG}. */
  public static ExitStatus status(Throwable failure) {
    return switch (failure) {
      case CommandFailure known -> known.status();
      case UnknownTargetException unknown -> ExitStatus.UNKNOWN_TARGET;
      case BrokerBlockedException blocked -> ExitStatus.UNAVAILABLE;
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

  /** Prints what went wrong to stderr, with the trace if {@code verbose}. Returns the status. */
  public static int report(Throwable failure, PrintStream err, Style style, boolean verbose) {
    var status = status(failure);
    if (status == ExitStatus.BUG) {
      reportBug(failure, err, style, verbose);
    } else {
      Lines.write(err, error(style, String.valueOf(failure.getMessage())));
      if (verbose) {
        Lines.writeTrace(err, failure);
      }
    }
    err.flush();
    return status.code();
  }

  /** {@code error: SENTENCE}. */
  public static String error(Style style, String sentence) {
    return style.paint(Tone.BAD, "error:") + " " + sentence;
  }

  private static void reportBug(Throwable failure, PrintStream err, Style style, boolean verbose) {
    String what = "this is a bug in warrener: " + failure;
    if (verbose) {
      Lines.write(err, error(style, what));
      Lines.writeTrace(err, failure);
      return;
    }
    Lines.write(
        err,
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
      Files.writeString(file, Lines.trace(failure));
      return Optional.of(file);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
