package dev.warrener.messaging.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The address of a broker, with the user who connects: {@code
 * amqp[s]://USER:PASSWORD@HOST:PORT/VHOST}. Immutable.
 *
 * @param host a name or an address
 * @param port 1 to 65535; by default 5672, with TLS 5671
 * @param virtualHost by default {@code /}
 * @param user by default {@code guest}
 * @param password by default {@code guest}; never shown by {@link #toString}
 * @param tls whether the connection is encrypted and the broker's certificate is checked
 */
public record BrokerAddress(
    String host, int port, String virtualHost, String user, String password, boolean tls) {

  private static final String FORM =
      "; an address has the form amqp[s]://USER@HOST:PORT/VHOST, for example amqp://localhost/";

  public BrokerAddress {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("the broker's address names no host" + FORM);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "the broker's port must be 1 to 65535, not " + port + FORM);
    }
    if (user.isEmpty()) {
      throw new IllegalArgumentException("the broker's address names an empty user" + FORM);
    }
  }

  /**
   * Reads an address. Parts that the URI leaves out have their defaults. Percent escapes such as
   * {@code %2F} are decoded. A path of {@code /} or none is the virtual host {@code /}.
   *
   * @throws IllegalArgumentException if {@code uri} is no such address. The message says why, and
   *     never repeats a password
   */
  public static BrokerAddress parse(String uri) {
    // Called by programs that have no checker of nulls, often with a setting that is missing.
    if (Objects.isNull(uri)) {
      throw new IllegalArgumentException("the broker's address is missing (null)" + FORM);
    }
    URI parsed;
    try {
      parsed = new URI(uri.strip());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "the broker's address can't be read: " + e.getReason() + FORM);
    }
    var scheme = parsed.getScheme();
    if (!"amqp".equalsIgnoreCase(scheme) && !"amqps".equalsIgnoreCase(scheme)) {
      throw new IllegalArgumentException(
          "the broker's address must start with amqp:// or amqps://" + FORM);
    }
    var authority = parsed.getRawAuthority();
    if (authority != null && authority.indexOf('@') != authority.lastIndexOf('@')) {
      throw new IllegalArgumentException(
          "the broker's address has more than one '@': write an '@' of the user's name or password"
              + " as %40"
              + FORM);
    }
    if (parsed.getHost() == null) {
      throw new IllegalArgumentException(
          "the broker's address names no host; a user's name or password may need escapes, such as"
              + " %2F for '/'"
              + FORM);
    }
    if (parsed.getRawQuery() != null || parsed.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "the broker's address must not have a query or a fragment" + FORM);
    }
    boolean tls = "amqps".equalsIgnoreCase(scheme);
    int port = parsed.getPort() >= 0 ? parsed.getPort() : tls ? 5671 : 5672;
    String user = "guest";
    String password = "guest";
    var userInfo = parsed.getRawUserInfo();
    if (userInfo != null) {
      int colon = userInfo.indexOf(':');
      user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
      password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
    }
    var path = parsed.getRawPath();
    var virtualHost = path == null || path.length() <= 1 ? "/" : decode(path.substring(1));
    return new BrokerAddress(
        stripBrackets(parsed.getHost()), port, virtualHost, user, password, tls);
  }

  private static String stripBrackets(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static String decode(String encoded) {
    return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Returns a copy for another user. */
  public BrokerAddress withCredentials(String user, String password) {
    return new BrokerAddress(host, port, virtualHost, user, password, tls);
  }

  /** Returns the address as a URI without the password, as logs, screens and errors show it. */
  @Override
  public String toString() {
    return (tls ? "amqps://" : "amqp://")
        + user
        + "@"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + port
        + (virtualHost.startsWith("/") ? virtualHost : "/" + virtualHost);
  }
}
