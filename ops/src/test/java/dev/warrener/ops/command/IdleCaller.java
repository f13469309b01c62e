package dev.warrener.ops.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * Opens connections to a control socket and says nothing: {@code SOCKET NUMBER}. Prints how many
 * got a greeting, and ends with its standard input.
 */
final class IdleCaller {
  private IdleCaller() {}

  public static void main(String[] arguments) throws IOException {
    var open = new ArrayList<SocketChannel>();
    int greeted = 0;
    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
      open.add(SocketChannel.open(UnixDomainSocketAddress.of(Path.of(arguments[0]))));
      var line =
          new BufferedReader(Channels.newReader(open.getLast(), StandardCharsets.UTF_8)).readLine();
      greeted += line != null && line.contains("controller.hello") ? 1 : 0;
    }
    System.out.println(greeted);
    while (System.in.read() >= 0) {
      // Only the end of it matters.
    }
    for (var each : open) {
      each.close();
    }
  }
}
