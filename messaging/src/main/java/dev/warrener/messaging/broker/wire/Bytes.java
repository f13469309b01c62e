package dev.warrener.messaging.broker.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads and writes numbers and text in arrays of bytes, as AMQP has them. */
final class Bytes {
  private Bytes() {}

  static int int16(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
  }

  static int int32(byte[] bytes, int at) {
    return (int16(bytes, at) << 16) | int16(bytes, at + 2);
  }

  static void putInt16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  static void putInt32(byte[] bytes, int at, int value) {
    putInt16(bytes, at, value >>> 16);
    putInt16(bytes, at + 2, value);
  }

  /**
   * Replaces the bytes that are not UTF-8 by question marks, so that the text keeps its length.
   * Returns whether there were any.
   */
  static boolean sanitize(byte[] bytes, int from, int to) {
    int ascii = from;
    while (ascii < to && bytes[ascii] >= 0) {
      ascii++;
    }
    if (ascii == to) {
      return false;
    }
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var text = ByteBuffer.wrap(bytes, ascii, to - ascii);
    var scratch = CharBuffer.allocate(1024);
    boolean found = false;
    while (true) {
      var result = decoder.decode(text, scratch.clear(), true);
      if (result.isError()) {
        found = true;
        for (int i = 0; i < result.length(); i++) {
          bytes[text.position() + i] = '?';
        }
        text.position(text.position() + result.length());
        decoder.reset();
      } else if (result.isUnderflow()) {
        return found;
      }
    }
  }
}
