package dev.warrener.e2e.chaos;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A hostile task. Its input has lines: the moment at which it ends, in milliseconds of the epoch;
 * what it does until then; and what that needs. A worker loads it from a folder, as it loads any
 * team's handler.
 */
public final class MischiefHandler implements TaskHandler {
  static final String NAME = "mischief";

  /** Only computes. */
  static final String SPIN = "spin";

  /** Gives an order at control sockets: the order, and then the sockets. */
  static final String ORDER = "order";

  /** Writes without end: each kind of frame, what is no frame, and each kind of output. */
  static final List<String> FLOODS =
      List.of(
          "started",
          "finished",
          "ready",
          "progress",
          "log",
          "log-long",
          "pong",
          "unknown",
          "huge",
          "garbage",
          "output",
          "no-line",
          "no-text");

  /** The descriptor of a worker's frames. */
  private static final String FRAMES = "/proc/self/fd/3";

  private static final int PIECE = 1 << 16;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) throws Exception {
    var lines = new String(input, StandardCharsets.UTF_8).lines().toList();
    long end = Long.parseLong(lines.get(0));
    switch (lines.get(1)) {
      case SPIN -> spin(end);
      case ORDER -> {
        for (var socket : lines.subList(3, lines.size())) {
          var caller = new Thread(() -> giveOrder(socket, lines.get(2)));
          caller.setDaemon(true);
          caller.start();
        }
        spin(end);
      }
      default -> flood(lines.get(1), context.id(), end);
    }
    return TaskResult.json("null");
  }

  private static void spin(long end) {
    while (System.currentTimeMillis() < end) {
      Thread.onSpinWait();
    }
  }

  private static void giveOrder(String socket, String order) {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Channels.newOutputStream(channel).write((order + "\n").getBytes(StandardCharsets.UTF_8));
      var answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
      for (var line = answers.readLine(); line != null; line = answers.readLine()) {
        System.out.println(line);
      }
    } catch (IOException e) {
      System.out.println(e);
    }
  }

  private static void flood(String kind, String task, long end) throws IOException {
    switch (kind) {
      case "output" -> write(System.out, end, line(100));
      case "no-line" -> write(System.err, end, "a".getBytes(StandardCharsets.UTF_8));
      case "no-text" -> write(System.err, end, "\n".getBytes(StandardCharsets.UTF_8));
      case "huge" -> {
        try (var frames = new FileOutputStream(FRAMES)) {
          frames.write(new byte[] {16, 0, 0, 0});
          write(frames, end, new byte[] {18, 0, 0});
        }
      }
      default -> {
        try (var frames = new FileOutputStream(FRAMES)) {
          write(frames, end, piece(kind, task));
        }
      }
    }
  }

  private static byte[] piece(String kind, String task) throws IOException {
    return switch (kind) {
      case "started" -> frame(17, 0, "task", "nope", "attempt", "1");
      case "finished" -> frame(18, 0, "task", "nope", "attempt", "1", "outcome", "succeeded");
      case "ready" -> frame(16, 0, "version", "1", "handlers", "*");
      case "progress" -> frame(19, 4, "task", task, "attempt", "1", "done", "1", "total", "2");
      case "log" -> frame(20, 100, "stream", "out", "task", task, "attempt", "1");
      case "log-long" -> frame(20, 16_000, "stream", "out");
      case "pong" -> frame(21, 0);
      case "unknown" -> frame(99, 11);
      case "garbage" -> new byte[] {-1, -2};
      default -> throw new IllegalArgumentException(kind);
    };
  }

  /** Returns a frame with a payload of so many letters. */
  private static byte[] frame(int type, int payload, String... fields) throws IOException {
    var body = new ByteArrayOutputStream();
    var out = new DataOutputStream(body);
    out.writeByte(type);
    out.writeShort(fields.length / 2);
    for (int i = 0; i < fields.length; i += 2) {
      var key = fields[i].getBytes(StandardCharsets.UTF_8);
      var value = fields[i + 1].getBytes(StandardCharsets.UTF_8);
      out.writeShort(key.length);
      out.write(key);
      out.writeInt(value.length);
      out.write(value);
    }
    out.write(line(payload), 0, payload);
    var frame = new ByteArrayOutputStream();
    new DataOutputStream(frame).writeInt(body.size());
    frame.writeBytes(body.toByteArray());
    return frame.toByteArray();
  }

  private static byte[] line(int length) {
    var line = new byte[length + 1];
    Arrays.fill(line, (byte) 'a');
    line[length] = '\n';
    return line;
  }

  private static void write(OutputStream to, long end, byte[] what) throws IOException {
    var many = new ByteArrayOutputStream();
    do {
      many.writeBytes(what);
    } while (many.size() < PIECE);
    var piece = many.toByteArray();
    while (System.currentTimeMillis() < end) {
      to.write(piece);
    }
  }
}
