package dev.warrener.ops.invocation;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.BrokerAccess;
import dev.warrener.messaging.broker.BrokerAddress;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the broker, the user and the fleet: by options first, then the environment, then
 * defaults. A password comes from a file or from the URI in the environment; on a command line
 * every user of the host could read it.
 */
public final class BrokerResolution {
  public static final String URI = "WARRENER_BROKER";
  public static final String USER = "WARRENER_USER";
  public static final String PASSWORD_FILE = "WARRENER_PASSWORD_FILE";
  public static final String NAMESPACE = "WARRENER_NAMESPACE";
  static final String DEFAULT_URI = "amqp://localhost";

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private BrokerResolution() {}

  /**
   * Returns the way to the broker.
   *
   * @param program who connects, for the connections' names at the broker
   * @throws CommandFailure with wrong usage or bad configuration, if it can't be decided
   */
  public static BrokerAccess decide(
      GlobalOptions options, Map<String, String> environment, String program) {
    return BrokerAccess.of(address(options, environment), namespace(options, environment), program);
  }

  private static BrokerAddress address(GlobalOptions options, Map<String, String> environment) {
    String fromOption = options.broker;
    if (fromOption != null) {
      requireNoPassword(fromOption);
    }
    String uri = fromOption != null ? fromOption : environment(environment, URI, DEFAULT_URI);
    ExitStatus fault = fromOption != null ? ExitStatus.USAGE : ExitStatus.BAD_CONFIGURATION;
    BrokerAddress address;
    try {
      address = BrokerAddress.parse(uri);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          fault, (fromOption != null ? "--broker: " : URI + ": ") + e.getMessage());
    }
    String user = options.user != null ? options.user : environment.get(USER);
    String file =
        options.passwordFile != null ? options.passwordFile : environment.get(PASSWORD_FILE);
    String password = file == null || file.isEmpty() ? null : readPassword(file);
    boolean otherUser = user != null && !user.isEmpty() && !user.equals(address.user());
    String chosenUser = otherUser && user != null ? user : address.user();
    if (password != null) {
      return address.withCredentials(chosenUser, password);
    }
    if (otherUser || address.password().isEmpty()) {
      throw new CommandFailure(
          ExitStatus.BAD_CONFIGURATION,
          "no password for user "
              + chosenUser
              + ": put it in a file and name it with --password-file, or give "
              + URI
              + "=amqp://USER:PASSWORD@HOST/VHOST in the environment");
    }
    return address;
  }

  /** The fleet's namespace. */
  public static Namespace namespace(GlobalOptions options, Map<String, String> environment) {
    String name =
        options.namespace != null
            ? options.namespace
            : environment(environment, NAMESPACE, Namespace.DEFAULT.name());
    try {
      return new Namespace(name);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          options.namespace != null ? ExitStatus.USAGE : ExitStatus.BAD_CONFIGURATION,
          String.valueOf(e.getMessage()));
    }
  }

  private static String environment(
      Map<String, String> environment, String name, String otherwise) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  private static void requireNoPassword(String uri) {
    int scheme = uri.indexOf("://");
    int at = uri.lastIndexOf('@');
    if (scheme >= 0 && at > scheme && uri.substring(scheme + 3, at).indexOf(':') >= 0) {
      throw new CommandFailure(
          ExitStatus.USAGE,
          "--broker carries a password, which everyone on this host can read: put it in a file and"
              + " name it with --password-file, or give the whole URI in the environment as "
              + URI);
    }
  }

  private static String readPassword(String file) {
    @Nullable String problem;
    try {
      String firstLine =
          Files.readString(Path.of(file)).lines().findFirst().orElse("").stripTrailing();
      if (!firstLine.isEmpty() && firstLine.charAt(0) != BYTE_ORDER_MARK) {
        return firstLine;
      }
      problem =
          firstLine.isEmpty()
              ? "is empty"
              : "begins with a byte order mark, which would count as a part of the password: save"
                  + " it as UTF-8 without one";
    } catch (NoSuchFileException e) {
      problem = "does not exist";
    } catch (CharacterCodingException e) {
      problem = "is no text in UTF-8";
    } catch (IOException | InvalidPathException e) {
      problem = "can't be read (" + e.getMessage() + ")";
    }
    throw new CommandFailure(
        ExitStatus.BAD_CONFIGURATION, "the password file " + file + " " + problem);
  }
}
