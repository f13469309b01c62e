package dev.warrener.controller.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Gives an order at each control socket: {@code NAME STAYS SOCKET…}. Prints {@code HEARD}, its name
 * and the first line that each socket says; or ends without waiting for one, if it does not stay.
 */
final class SocketCaller {
  private static final String ORDER =
      """
      {"version":1,"id":"01938000-0000-7000-8000-000000000001","kind":"kill","scope":{"all":true},\
      "inFlight":"purge","backlog":"keep","then":"hold","graceMillis":0,\
      "issuedBy":"an operator","issuedAt":"2026-11-28T08:00:00Z",\
      "expiresAt":"2099-01-01T00:00:00Z","dryRun":false,"reason":"forged"}
      """;

  private SocketCaller() {}

  public static void main(String[] arguments) {
    for (int i = 2; i < arguments.length; i++) {
      System.out.println(
          "HEARD\t"
              + arguments[0]
              + "\t"
              + call(Path.of(arguments[i]), Boolean.parseBoolean(arguments[1])));
    }
  }

  static String call(Path socket, boolean stays) {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      try {
        channel.write(ByteBuffer.wrap(ORDER.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        // It was refused already; it has still said why.
      }
      return stays
          ? String.valueOf(
              new BufferedReader(
                      new InputStreamReader(
                          Channels.newInputStream(channel), StandardCharsets.UTF_8))
                  .readLine())
          : "nothing, for it does not stay";
    } catch (IOException e) {
      return e.toString();
    }
  }
}
