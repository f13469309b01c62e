package dev.warrener.worker.process;

import dev.warrener.worker.frame.Frame;
import dev.warrener.worker.frame.FrameReader;
import dev.warrener.worker.frame.FrameType;
import dev.warrener.worker.frame.FrameWriter;
import dev.warrener.worker.frame.HeaderKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a controller does on a worker's channel, frame by frame. */
final class ControllerSide {
  private final OutputStream out;
  private final FrameWriter writer;
  private final FrameReader reader;

  ControllerSide(InputStream fromWorker, OutputStream toWorker) {
    out = toWorker;
    writer = new FrameWriter(toWorker);
    reader = new FrameReader(fromWorker);
  }

  void send(Frame.Builder frame) throws IOException {
    writer.write(frame.build());
    writer.flush();
  }

  void hello() throws IOException {
    hello(60_000);
  }

  void hello(long leaseMillis) throws IOException {
    send(
        Frame.builder(FrameType.HELLO)
            .field(HeaderKey.VERSION, 1)
            .field(HeaderKey.WORKER, "test/1")
            .field(HeaderKey.INCARNATION, 1)
            .field(HeaderKey.CONTROLLER, "test")
            .field(HeaderKey.LEASE_MILLIS, leaseMillis));
  }

  /** Asks for the first attempt at a task. */
  void task(String id, String handler, String input) throws IOException {
    send(taskFrame(id, handler).payload(input.getBytes(StandardCharsets.UTF_8)));
  }

  static Frame.Builder taskFrame(String id, String handler) {
    return Frame.builder(FrameType.TASK)
        .field(HeaderKey.TASK, id)
        .field(HeaderKey.ATTEMPT, 1)
        .field(HeaderKey.QUEUE, "test")
        .field(HeaderKey.HANDLER, handler);
  }

  void recall(String id) throws IOException {
    send(Frame.builder(FrameType.RECALL).field(HeaderKey.TASK, id).field(HeaderKey.ATTEMPT, 1));
  }

  void cancel(String id, String reason) throws IOException {
    send(
        Frame.builder(FrameType.CANCEL)
            .field(HeaderKey.TASK, id)
            .field(HeaderKey.ATTEMPT, 1)
            .field(HeaderKey.REASON, reason));
  }

  void stop() throws IOException {
    send(Frame.builder(FrameType.STOP));
  }

  void ping() throws IOException {
    send(Frame.builder(FrameType.PING));
  }

  /** Closes the channel towards the worker. */
  void hangUp() throws IOException {
    out.close();
  }

  /** The next frame; the channel must not have ended. */
  Frame next() throws IOException {
    Frame frame = reader.read();
    if (frame == null) {
      throw new AssertionError("the worker has ended instead of saying something");
    }
    return frame;
  }

  /** The next frame, which must be of that type. */
  Frame next(FrameType type) throws IOException {
    Frame frame = next();
    if (frame.type() != type) {
      throw new AssertionError(type + " was expected, not " + frame);
    }
    return frame;
  }

  /** The frames up to and with the first of that type. */
  List<Frame> until(FrameType type) throws IOException {
    List<Frame> frames = new ArrayList<>();
    do {
      frames.add(next());
    } while (frames.getLast().type() != type);
    return frames;
  }

  /** All that is still to come until the channel ends. */
  List<Frame> rest() throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = reader.read(); frame != null; frame = reader.read()) {
      frames.add(frame);
    }
    return frames;
  }

  static String payload(Frame frame) {
    return new String(frame.payload(), StandardCharsets.UTF_8);
  }

  /** A LOG frame as {@code STREAM: line}. */
  static String line(Frame frame) {
    return frame.text(HeaderKey.STREAM) + ": " + payload(frame);
  }

  /** The lines among those frames, each as {@code STREAM: line}. */
  static List<String> lines(List<Frame> frames) {
    return frames.stream()
        .filter(frame -> frame.type() == FrameType.LOG)
        .map(ControllerSide::line)
        .toList();
  }
}
