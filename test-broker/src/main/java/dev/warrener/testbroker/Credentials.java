package dev.warrener.testbroker;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** The user and the password in an address; {@code guest} if it names none. */
record Credentials(String user, String password) {
  static Credentials of(URI uri) {
    var info = uri.getRawUserInfo();
    if (info == null) {
      return new Credentials("guest", "guest");
    }
    int colon = info.indexOf(':');
    return colon < 0
        ? new Credentials(decode(info), "")
        : new Credentials(decode(info.substring(0, colon)), decode(info.substring(colon + 1)));
  }

  @Override
  public String toString() {
    return user + ":***";
  }

  private static String decode(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
