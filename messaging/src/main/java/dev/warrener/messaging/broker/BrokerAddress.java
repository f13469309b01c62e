package dev.warrener.messaging.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The address of a broker, with the user who connects: {@code
 * amqp[s]://USER:PASSWORD@HOST:PORT/VHOST}. A cluster's address may name several of its nodes:
 * {@code HOST:PORT,HOST:PORT}. Immutable.
 *
 * @param host a name or an address
 * @param port 1 to 65535; by default 5672, with TLS 5671
 * @param virtualHost by default {@code /}
 * @param user by default {@code guest}
 * @param password by default {@code guest}; never shown by {@link #toString}
 * @param tls whether the connection is encrypted and the broker's certificate is checked
 * @param others further nodes of the same broker; none by default
 */
public record BrokerAddress(
    String host,
    int port,
    String virtualHost,
    String user,
    String password,
    boolean tls,
    List<Node> others) {

  /** A further node of a cluster, with the host and the port of an address. */
  public record Node(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  private static final String FORM =
      "; an address has the form amqp[s]://USER@HOST:PORT/VHOST, for example amqp://localhost/";

  public BrokerAddress {
    others = List.copyOf(others);
    requireNode(host, port);
    others.forEach(node -> requireNode(node.host(), node.port()));
    if (user.isEmpty()) {
      throw new IllegalArgumentException("the broker's address names an empty user" + FORM);
    }
  }

  /** Creates the address of one node. */
  public BrokerAddress(
      String host, int port, String virtualHost, String user, String password, boolean tls) {
    this(host, port, virtualHost, user, password, tls, List.of());
  }

  private static void requireNode(String host, int port) {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("the broker's address names no host" + FORM);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "the broker's port must be 1 to 65535, not " + port + FORM);
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
    var nodes = List.<String>of();
    try {
      parsed = new URI(uri.strip());
      nodes = furtherNodes(parsed);
      if (!nodes.isEmpty()) {
        parsed = withoutFurtherNodes(parsed);
      }
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
    int port = port(parsed, tls);
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
        stripBrackets(parsed.getHost()),
        port,
        virtualHost,
        user,
        password,
        tls,
        nodes.stream().map(node -> node(node, tls)).toList());
  }

  private static int port(URI uri, boolean tls) {
    return uri.getPort() >= 0 ? uri.getPort() : tls ? 5671 : 5672;
  }

  /** Returns the nodes after the first one, as they are written. */
  private static List<String> furtherNodes(URI uri) {
    var authority = uri.getRawAuthority();
    if (authority == null) {
      return List.of();
    }
    var nodes = List.of(authority.substring(authority.lastIndexOf('@') + 1).split(",", -1));
    return nodes.subList(1, nodes.size());
  }

  private static URI withoutFurtherNodes(URI uri) throws URISyntaxException {
    var authority = uri.getRawAuthority();
    int comma = authority.indexOf(',', authority.lastIndexOf('@') + 1);
    var whole = uri.toString();
    int end = whole.indexOf(authority) + authority.length();
    return new URI(whole.substring(0, end - authority.length() + comma) + whole.substring(end));
  }

  private static Node node(String written, boolean tls) {
    try {
      var uri = new URI("amqp://" + written);
      if (uri.getHost() == null || !written.equals(uri.getRawAuthority())) {
        throw new IllegalArgumentException(
            "the broker's address has a node that can't be read" + FORM);
      }
      return new Node(stripBrackets(uri.getHost()), port(uri, tls));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "the broker's address has a node that can't be read: " + e.getReason() + FORM);
    }
  }

  /** Returns the address of each node by itself, in turn from {@code first} on. */
  List<BrokerAddress> eachFrom(int first) {
    var each = new ArrayList<BrokerAddress>();
    each.add(at(host, port));
    others.forEach(node -> each.add(at(node.host(), node.port())));
    Collections.rotate(each, -Math.floorMod(first, each.size()));
    return each;
  }

  private BrokerAddress at(String otherHost, int otherPort) {
    return new BrokerAddress(otherHost, otherPort, virtualHost, user, password, tls);
  }

  private static String stripBrackets(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static String decode(String encoded) {
    return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Returns a copy for another user. */
  public BrokerAddress withCredentials(String user, String password) {
    return new BrokerAddress(host, port, virtualHost, user, password, tls, others);
  }

  /** Returns the address as a URI without the password, as logs, screens and errors show it. */
  @Override
  public String toString() {
    return (tls ? "amqps://" : "amqp://")
        + user
        + "@"
        + new Node(host, port)
        + others.stream().map(node -> "," + node).collect(Collectors.joining())
        + (virtualHost.startsWith("/") ? virtualHost : "/" + virtualHost);
  }
}
