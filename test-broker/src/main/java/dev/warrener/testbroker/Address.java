package dev.warrener.testbroker;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Puts broker addresses together. */
final class Address {
  private Address() {}

  /** {@code amqp://user:password@host:port/vhost}, each part escaped. */
  static URI amqp(
      String scheme, String user, String password, String host, int port, String vhost) {
    return URI.create(
        "%s://%s:%s@%s:%d/%s"
            .formatted(scheme, escape(user), escape(password), host, port, escape(vhost)));
  }

  static String escape(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
