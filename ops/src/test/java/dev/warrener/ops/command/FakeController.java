package dev.warrener.ops.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What another local user may leave in a runtime directory: {@code DIRECTORY NAMESPACE}. Socket
 * {@code c1} confirms every order at once, {@code mute} says nothing and has a pipe as its lock,
 * {@code endless} writes a line that does not end, {@code loud} writes to the terminal. Prints
 * {@code up}, and ends with its standard input.
 */
final class FakeController {
  private static final String ESCAPE = "\\u001b]0;owned\\u0007";

  private FakeController() {}

  private interface Peer {
    void talk(SocketChannel channel) throws IOException, InterruptedException;
  }

  public static void main(String[] arguments) throws Exception {
    var directory =
        Files.createDirectory(
            Path.of(arguments[0]),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.createDirectory(directory.resolve("control"));
    new ProcessBuilder("mkfifo", directory.resolve("mute.lock").toString()).start().waitFor();
    Files.writeString(directory.resolve("loud.lock"), "loud/1/2/1/4\n");
    var namespace = arguments[1];
    listen(directory, "c1", namespace, channel -> confirm(channel, namespace));
    listen(directory, "mute", namespace, channel -> Thread.currentThread().join());
    listen(
        directory,
        "endless",
        namespace,
        channel -> {
          while (channel.isOpen()) {
            channel.write(ByteBuffer.allocate(1 << 20));
          }
        });
    listen(
        directory,
        "loud",
        namespace,
        channel -> {
          write(channel, hello("loud", namespace, ESCAPE));
          var id = id(readLine(channel));
          write(
              channel,
              """
              {"version":1,"type":"controller.refused","order":"%s","controller":"loud",\
              "host":"%s","at":"2026-11-28T08:00:00Z","sequence":1,"because":"%s kill -KILL 1"}\
              """
                  .formatted(id, ESCAPE, ESCAPE));
          readLine(channel);
        });
    System.out.println("up");
    while (System.in.read() >= 0) {
      // Only the end of it matters.
    }
  }

  private static void listen(Path directory, String name, String namespace, Peer peer)
      throws IOException {
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(
        UnixDomainSocketAddress.of(
            directory.resolve("control").resolve(name + "@" + namespace + ".socket")));
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          while (true) {
            try {
              var channel = server.accept();
              Thread.ofPlatform().daemon().start(() -> serve(channel, peer));
            } catch (IOException e) {
              return;
            }
          }
        });
  }

  private static void serve(SocketChannel channel, Peer peer) {
    try (channel) {
      peer.talk(channel);
    } catch (IOException | InterruptedException e) {
      // The command has ended.
    }
  }

  private static void confirm(SocketChannel channel, String namespace) throws IOException {
    write(channel, hello("c1", namespace, "host"));
    while (true) {
      var id = id(readLine(channel));
      write(
          channel,
          """
          {"version":1,"type":"controller.heard","order":"%s","controller":"c1","host":"h",\
          "at":"2026-11-28T08:00:00Z","sequence":1,"expected":{"workers":0,"tasks":0},\
          "roster":[]}\
          """
              .formatted(id));
      write(
          channel,
          """
          {"version":1,"type":"controller.done","order":"%s","controller":"c1","host":"h",\
          "at":"2026-11-28T08:00:00Z","sequence":2,"workers":0,"tasks":0,"backlog":0,\
          "state":"held","tookMicros":1,"failed":[]}\
          """
              .formatted(id));
    }
  }

  private static String hello(String controller, String namespace, String host) {
    return """
    {"version":1,"type":"controller.hello","controller":"%s","host":"%s","namespace":"%s",\
    "pid":1,"software":"x","connected":true}\
    """
        .formatted(controller, host, namespace);
  }

  private static String id(String order) {
    return order.replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1");
  }

  private static void write(SocketChannel channel, String line) throws IOException {
    var bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String readLine(SocketChannel channel) throws IOException {
    var line = new StringBuilder();
    var one = ByteBuffer.allocate(1);
    while (channel.read(one.clear()) > 0) {
      if (one.get(0) == '\n') {
        return line.toString();
      }
      line.append((char) one.get(0));
    }
    throw new IOException("the other end is gone");
  }
}
