package dev.warrener.messaging.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Turns exceptions of the AMQP client into ours, whose messages say what to do. */
public final class BrokerErrors {
  private static final Pattern INEQUIVALENT =
      Pattern.compile(
          "inequivalent arg '([^']*)' for (queue|exchange) '([^']*)' in vhost '[^']*': received"
              + " (.*) but current is (.*)",
          Pattern.DOTALL);
  private static final Pattern VALUE = Pattern.compile("(?:the value )?'([^']*)'.*");

  private BrokerErrors() {}

  /** Returns the exception for a connection that could not be made. */
  static BrokerException ofConnecting(Throwable error, BrokerAddress address) {
    if (causeOf(error, PossibleAuthenticationFailureException.class) != null) {
      return new NotAllowedException(
          "the broker at "
              + address
              + " refused user "
              + address.user()
              + ": check the user's name and password",
          error);
    }
    var shutdown = causeOf(error, ShutdownSignalException.class);
    var code = shutdown == null ? 0 : replyCode(shutdown);
    var text = shutdown == null ? "" : replyText(shutdown);
    if (code == AMQP.NOT_ALLOWED || code == AMQP.ACCESS_REFUSED || code == AMQP.NOT_FOUND) {
      boolean missing = text.contains("not found") || code == AMQP.NOT_FOUND;
      return new NotAllowedException(
          "the broker at "
              + address
              + (missing
                  ? " has no virtual host \""
                      + address.virtualHost()
                      + "\": check the address, or make it"
                  : " does not let user "
                      + address.user()
                      + " into the virtual host \""
                      + address.virtualHost()
                      + "\": ask its administrator for the right")
              + " (it said: "
              + text
              + ")",
          error);
    }
    return new BrokerUnreachableException(
        "the broker at " + address + " can't be reached: " + whyUnreachable(error), error);
  }

  private static String whyUnreachable(Throwable error) {
    if (causeOf(error, UnknownHostException.class) != null) {
      return "its host name is not known; check the address";
    }
    if (causeOf(error, CertPathBuilderException.class) != null) {
      return "its certificate is signed by no authority that this Java trusts; for your own authority,"
          + " make a trust store and set -Djavax.net.ssl.trustStore=FILE (for the warrener command"
          + " in WARRENER_JAVA_OPTS)";
    }
    var ssl = causeOf(error, SSLException.class);
    if (ssl != null) {
      return "TLS failed (" + ssl.getMessage() + "); check port and certificate";
    }
    if (causeOf(error, NoRouteToHostException.class) != null) {
      return "there is no route to its host";
    }
    if (causeOf(error, ConnectException.class) != null) {
      return "nothing listens there; is it running, and is the port right?";
    }
    if (causeOf(error, SocketTimeoutException.class) != null
        || causeOf(error, TimeoutException.class) != null) {
      return "it did not answer in time";
    }
    return "it closed the connection (" + reason(error) + "); is that port an AMQP port?";
  }

  /** Returns the exception for a request that failed on an open connection. */
  public static BrokerException ofRequest(Throwable error, BrokerAccess access, String what) {
    if (error instanceof BrokerException told) {
      return told;
    }
    var shutdown = causeOf(error, ShutdownSignalException.class);
    var code = shutdown == null ? 0 : replyCode(shutdown);
    if (shutdown == null || code == 0 || OF_THE_BROKER.contains(code)) {
      return new BrokerUnreachableException(
          "the connection to the broker at "
              + access.address()
              + " was lost while asking for "
              + what
              + ": "
              + reason(error),
          error);
    }
    var text = replyText(shutdown);
    if (code == AMQP.PRECONDITION_FAILED) {
      var mismatch = INEQUIVALENT.matcher(text);
      if (mismatch.find()) {
        return new TopologyMismatchException(
            mismatch.group(2)
                + " "
                + mismatch.group(3)
                + " exists with "
                + mismatch.group(1)
                + " "
                + value(mismatch.group(5))
                + " where Warrener wants "
                + value(mismatch.group(4))
                + ": delete it once it is empty, so that it is made anew, or use another namespace",
            error);
      }
    }
    if (code == AMQP.ACCESS_REFUSED) {
      return new NotAllowedException(
          "user "
              + access.address().user()
              + " may not have "
              + what
              + ": ask the broker's administrator for the right (it said: "
              + text
              + ")",
          error);
    }
    if (code == AMQP.NOT_FOUND) {
      return new NoSuchQueueException(
          what
              + " does not exist at the broker at "
              + access.address()
              + ": check its name and the namespace; a controller makes what it serves when it"
              + " starts, and so does warrener queue create (it said: "
              + text
              + ")",
          error);
    }
    return new BrokerException("the broker refused " + what + ": " + text, error);
  }

  private static String value(String described) {
    var value = VALUE.matcher(described);
    return value.matches() ? value.group(1) : described;
  }

  /** Returns AMQP's code for the end of a channel or connection; 0 if the broker did not end it. */
  public static int replyCode(ShutdownSignalException shutdown) {
    if (shutdown.getReason() instanceof AMQP.Channel.Close close) {
      return close.getReplyCode();
    }
    if (shutdown.getReason() instanceof AMQP.Connection.Close close) {
      return close.getReplyCode();
    }
    return 0;
  }

  /** Returns the broker's text for the end of a channel or connection. */
  public static String replyText(ShutdownSignalException shutdown) {
    if (shutdown.getReason() instanceof AMQP.Channel.Close close) {
      return close.getReplyText();
    }
    if (shutdown.getReason() instanceof AMQP.Connection.Close close) {
      return close.getReplyText();
    }
    return reason(shutdown);
  }

  /** Returns the message of an error's innermost cause, for the end of a sentence. */
  public static String reason(Throwable error) {
    var shutdown = error instanceof ShutdownSignalException s ? s : null;
    if (shutdown != null && replyCode(shutdown) != 0) {
      return replyText(shutdown);
    }
    Throwable inner = error;
    while (inner.getCause() != null) {
      inner = inner.getCause();
      if (inner instanceof ShutdownSignalException s && replyCode(s) != 0) {
        return replyText(s);
      }
    }
    var message = inner.getMessage();
    return message == null || message.isBlank() ? inner.getClass().getSimpleName() : message;
  }

  /** Whether the error is, or was caused by, the broker's answer {@code code}. */
  public static boolean hasCode(Throwable error, int code) {
    var shutdown = causeOf(error, ShutdownSignalException.class);
    return shutdown != null && replyCode(shutdown) == code;
  }

  /** Whether the error says that a queue belongs to another connection alone. */
  public static boolean isLocked(Throwable error) {
    return hasCode(error, AMQP.RESOURCE_LOCKED);
  }

  /** Codes for the end of a connection that name a fault in what was sent. */
  private static final Set<Integer> FAULTS =
      Set.of(
          AMQP.CONTENT_TOO_LARGE,
          AMQP.ACCESS_REFUSED,
          AMQP.NOT_FOUND,
          AMQP.PRECONDITION_FAILED,
          AMQP.FRAME_ERROR,
          AMQP.SYNTAX_ERROR,
          AMQP.COMMAND_INVALID,
          AMQP.UNEXPECTED_FRAME,
          AMQP.NOT_ALLOWED);

  /**
   * Codes for the end of a connection that no message caused. RabbitMQ 4.3 ends a connection with a
   * resource error when a queue that it has just routed a message to is deleted: the queue of a
   * controller that dies while an order is sent.
   */
  private static final Set<Integer> OF_THE_BROKER =
      Set.of(AMQP.CONNECTION_FORCED, AMQP.RESOURCE_ERROR, AMQP.INTERNAL_ERROR);

  /** Whether the broker ended the channel or connection because of something that was published. */
  public static boolean accusesMessage(ShutdownSignalException cause) {
    return !cause.isInitiatedByApplication()
        && (cause.getReason() instanceof AMQP.Channel.Close || FAULTS.contains(replyCode(cause)));
  }

  /** Whether the error means that the whole connection is gone or can't be trusted. */
  public static boolean isOfConnection(Throwable error) {
    var shutdown = causeOf(error, ShutdownSignalException.class);
    return shutdown == null || shutdown.isHardError();
  }

  private static <T extends Throwable> @Nullable T causeOf(Throwable error, Class<T> type) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    return null;
  }
}
