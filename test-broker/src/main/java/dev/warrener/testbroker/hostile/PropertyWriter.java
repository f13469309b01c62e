package dev.warrener.testbroker.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes properties and tables as AMQP 0-9-1 has them, with any bytes in any place. */
public final class PropertyWriter {
  private static final List<String> NAMES =
      List.of(
          "content_type",
          "content_encoding",
          "headers",
          "delivery_mode",
          "priority",
          "correlation_id",
          "reply_to",
          "expiration",
          "message_id",
          "timestamp",
          "type",
          "user_id",
          "app_id",
          "cluster_id");

  private final Map<String, byte[]> values = new LinkedHashMap<>();
  private final ByteArrayOutputStream table = new ByteArrayOutputStream();
  private boolean hasTable;

  /** Sets a property of text. */
  public PropertyWriter text(String property, byte[] value) {
    var out = new ByteArrayOutputStream();
    out.write(value.length);
    out.writeBytes(value);
    values.put(property, out.toByteArray());
    return this;
  }

  /** Sets a property of text. */
  public PropertyWriter text(String property, String value) {
    return text(property, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Sets a property of one byte. */
  public PropertyWriter octet(String property, int value) {
    values.put(property, new byte[] {(byte) value});
    return this;
  }

  /** Sets the timestamp. */
  public PropertyWriter timestamp(long value) {
    values.put("timestamp", int64(value));
    return this;
  }

  /** Adds a header with an encoded value, the type first. */
  public PropertyWriter header(byte[] name, byte[] value) {
    hasTable = true;
    table.write(name.length);
    table.writeBytes(name);
    table.writeBytes(value);
    return this;
  }

  /** Adds a header with an encoded value, the type first. */
  public PropertyWriter header(String name, byte[] value) {
    return header(name.getBytes(StandardCharsets.UTF_8), value);
  }

  /** Returns flags and values, as they stand behind the size of the body. */
  public RawProperties build() {
    int flags = 0;
    var out = new ByteArrayOutputStream();
    out.write(0);
    out.write(0);
    for (int i = 0; i < NAMES.size(); i++) {
      var value = NAMES.get(i).equals("headers") ? encodedTable() : values.get(NAMES.get(i));
      if (value != null && value.length > 0) {
        flags |= 1 << (15 - i);
        out.writeBytes(value);
      }
    }
    var encoded = out.toByteArray();
    encoded[0] = (byte) (flags >>> 8);
    encoded[1] = (byte) flags;
    return new RawProperties(encoded);
  }

  private byte[] encodedTable() {
    return hasTable ? counted(table.toByteArray()) : new byte[0];
  }

  /** Returns a value of type {@code S}. */
  public static byte[] string(byte[] text) {
    return typed('S', counted(text));
  }

  /** Returns a value of type {@code S}. */
  public static byte[] string(String text) {
    return string(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a value with its type before it. */
  static byte[] typed(char type, byte[] value) {
    var all = new byte[value.length + 1];
    all[0] = (byte) type;
    System.arraycopy(value, 0, all, 1, value.length);
    return all;
  }

  /** Returns bytes with their number in four bytes before them. */
  static byte[] counted(byte[] bytes) {
    var all = new byte[bytes.length + 4];
    System.arraycopy(int32(bytes.length), 0, all, 0, 4);
    System.arraycopy(bytes, 0, all, 4, bytes.length);
    return all;
  }

  static byte[] int32(int value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  static byte[] int64(long value) {
    var all = new byte[8];
    System.arraycopy(int32((int) (value >>> 32)), 0, all, 0, 4);
    System.arraycopy(int32((int) value), 0, all, 4, 4);
    return all;
  }

  /** Returns a value of so many arrays within each other. */
  public static byte[] nestedArrays(int levels) {
    var all = new byte[levels * 5];
    for (int level = 0; level < levels; level++) {
      int at = level * 5;
      all[at] = 'A';
      System.arraycopy(int32((levels - level - 1) * 5), 0, all, at + 1, 4);
    }
    return all;
  }

  /** Returns a value of so many tables within each other, each under the name {@code a}. */
  public static byte[] nestedTables(int levels) {
    var value = typed('F', int32(0));
    for (int level = 1; level < levels; level++) {
      var outer = new ByteArrayOutputStream();
      outer.write(1);
      outer.write('a');
      outer.writeBytes(value);
      value = typed('F', counted(outer.toByteArray()));
    }
    return value;
  }
}
