package dev.warrener.testbroker.hostile;

import dev.warrener.testbroker.hostile.HostileMessage.Fault;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Generates messages from the grammar of AMQP's field tables: every type, any depth and width,
 * sizes up to a frame, every property. A part of them has one fault each. RabbitMQ takes all of
 * them: what it refuses itself (unknown types, lengths that don't fit) is not among them. The same
 * seed gives the same messages.
 */
public final class HostileMessages {
  /** The most bytes of properties and headers that fit into a frame of 128 KiB. */
  public static final int LARGEST = (128 << 10) - 8 - 12;

  private static final String TYPES = "SIDTFAbdflstxVBui";
  private static final List<String> OF_A_DEAD_LETTER =
      List.of(
          "x-dead-reason",
          "x-dead-detail",
          "x-dead-type",
          "x-dead-stack",
          "x-dead-order",
          "x-dead-at",
          "x-dead-controller");
  private static final Fault[] FAULTS = Fault.values();

  private final SplittableRandom random;
  private final String prefix;
  private final String handler;
  private final String user;
  private int count;

  /**
   * @param seed chooses the messages
   * @param prefix the start of their ids
   * @param handler the handler that they name
   * @param user the broker user who publishes them: RabbitMQ refuses every other {@code user_id}
   */
  public HostileMessages(long seed, String prefix, String handler, String user) {
    this.random = new SplittableRandom(seed);
    this.prefix = prefix;
    this.handler = handler;
    this.user = user;
  }

  /** Returns the next message. Every other one is bad. */
  public HostileMessage next() {
    int serial = count++;
    var fault = random.nextBoolean() ? Fault.NONE : FAULTS[random.nextInt(1, FAULTS.length)];
    var writer = new PropertyWriter();
    var id = prefix + serial;
    writer
        .text("message_id", id)
        .text("type", fault == Fault.UNKNOWN_HANDLER ? "no-" + text(20) : handler)
        .octet("delivery_mode", random.nextInt(10) == 0 ? 1 : 2);
    others(writer);
    headers(writer, fault);
    String broken = add(fault, writer);
    if (random.nextInt(50) == 0) {
      fill(writer);
    }
    return new HostileMessage(serial, writer.build(), fault, broken);
  }

  /** Adds optional properties. */
  private void others(PropertyWriter writer) {
    for (var property : new String[] {"content_type", "correlation_id", "app_id", "cluster_id"}) {
      if (random.nextInt(4) == 0) {
        writer.text(property, text(60));
      }
    }
    if (random.nextInt(20) == 0) {
      // Whoever asked has gone.
      writer.text("reply_to", "reply." + text(20));
    }
    if (random.nextInt(4) == 0) {
      writer.octet("priority", random.nextInt(32));
    }
    if (random.nextInt(4) == 0) {
      writer.timestamp(random.nextInt(4) == 0 ? random.nextLong() : 1_780_000_000L);
    }
    if (random.nextInt(10) == 0) {
      writer.text("content_encoding", text(60));
    }
    if (random.nextInt(4) == 0) {
      writer.text("user_id", user);
    }
    if (random.nextInt(10) == 0) {
      // From three hours to the longest that RabbitMQ takes.
      writer.text("expiration", "" + random.nextLong(10_800_000, 1L << 32));
    }
  }

  private void headers(PropertyWriter writer, Fault fault) {
    int wide = random.nextInt(30) == 0 ? 300 : 6;
    for (int i = random.nextInt(wide); i > 0; i--) {
      writer.header("h-" + text(random.nextInt(20) == 0 ? 120 : 12), value(4));
    }
    if (random.nextInt(5) == 0) {
      writer.header("depth", random.nextBoolean() ? nested(32) : nested(random.nextInt(1, 33)));
    }
    // Of two headers of one name the first one counts.
    if (fault != Fault.HEADER_OF_WRONG_TYPE) {
      forged(writer);
    }
    for (var name : OF_A_DEAD_LETTER) {
      if (random.nextInt(20) == 0) {
        // What only controllers say, in any form.
        writer.header(name, random.nextBoolean() ? PropertyWriter.string("killed") : value(2));
      }
    }
    if (random.nextInt(10) == 0) {
      // What the broker itself would add, in a form that it would not.
      writer.header("x-death", value(2));
    }
  }

  /** Adds headers of the contract that are allowed, also those that only a controller writes. */
  private void forged(PropertyWriter writer) {
    if (random.nextInt(10) == 0) {
      writer.header("x-batch", PropertyWriter.string("b" + random.nextInt(100)));
    }
    if (random.nextInt(10) == 0) {
      writer.header("x-max-attempts", PropertyWriter.string("" + random.nextInt(1, Integer.MAX_VALUE)));
    }
    if (random.nextInt(10) == 0) {
      writer.header("x-expires-at", time());
    }
    if (random.nextInt(10) == 0) {
      writer.header("x-requeued-at", time());
    }
  }

  /** Returns a time that is far away, in one of the forms of the contract. */
  private byte[] time() {
    return random.nextBoolean()
        ? PropertyWriter.string("2099-01-01T00:00:00+0" + random.nextInt(10) + ":00")
        : PropertyWriter.typed('T', PropertyWriter.int64(random.nextLong(4_000_000_000L, 1L << 36)));
  }

  /** Breaks a message; returns the name of what is broken, or nothing. */
  private String add(Fault fault, PropertyWriter writer) {
    switch (fault) {
      case NONE, UNKNOWN_HANDLER -> {}
      case TOO_DEEP ->
          writer.header("deep", nested(random.nextBoolean() ? 33 : random.nextInt(33, 2_000)));
      case HEADER_NOT_UTF_8 -> {
        switch (random.nextInt(4)) {
          case 0 -> writer.header(notUtf8(), value(2));
          case 1 -> writer.header("raw", PropertyWriter.string(notUtf8()));
          case 2 -> writer.header("raw", array(PropertyWriter.string(notUtf8())));
          default -> writer.header("raw", table(notUtf8(), value(1)));
        }
      }
      case PROPERTY_NOT_UTF_8 -> {
        var name =
            new String[] {"message_id", "type", "content_type", "correlation_id", "reply_to"}
                [random.nextInt(5)];
        writer.text(name, notUtf8());
        return name;
      }
      case PROPERTY_MISSING -> {
        String name = random.nextBoolean() ? "message_id" : "type";
        writer.text(name, "");
        return name;
      }
      case HEADER_OF_WRONG_TYPE -> {
        return wrongType(writer);
      }
    }
    return "";
  }

  private String wrongType(PropertyWriter writer) {
    switch (random.nextInt(9)) {
      case 0 -> writer.header("x-attempt", PropertyWriter.string("soon, " + text(100)));
      case 1 -> writer.header("x-attempt", PropertyWriter.typed('I', PropertyWriter.int32(-7)));
      case 2 -> {
        writer.header("x-batch", array(value(2)));
        return "batch";
      }
      case 3 -> {
        writer.header("x-batch", PropertyWriter.string("a name with blanks"));
        return "batch";
      }
      case 4 -> {
        writer.header("x-timeout-ms", PropertyWriter.string("-1"));
        return "timeout";
      }
      case 5 -> {
        writer.header("x-max-attempts", PropertyWriter.typed('I', PropertyWriter.int32(0)));
        return "max-attempts";
      }
      case 6 -> {
        writer.header("x-expires-at", PropertyWriter.string("never, " + text(100)));
        return "x-expires-at";
      }
      case 7 -> {
        writer.header("x-requeued-at", array(value(2)));
        return "x-requeued-at";
      }
      default -> {
        writer.header("x-not-before", table("h".getBytes(StandardCharsets.UTF_8), value(1)));
        return "x-not-before";
      }
    }
    return "attempt";
  }

  /** Fills the frame up, to its last byte or nearly. */
  private void fill(PropertyWriter writer) {
    int have = writer.build().encoded().length;
    int most = LARGEST - have - "filler".length() - 1 - 5 - 4;
    if (most > 0) {
      var filler = new byte[random.nextInt(3) == 0 ? most : random.nextInt(most)];
      Arrays.fill(filler, (byte) 'f');
      writer.header("filler", PropertyWriter.string(filler));
    }
  }

  private byte[] nested(int levels) {
    return random.nextBoolean()
        ? PropertyWriter.nestedArrays(levels)
        : PropertyWriter.nestedTables(levels);
  }

  /** Returns a value of any type, at most so deep. */
  byte[] value(int depth) {
    char type = TYPES.charAt(random.nextInt(TYPES.length()));
    return switch (type) {
      case 'V' -> PropertyWriter.typed(type, new byte[0]);
      case 't' -> PropertyWriter.typed(type, new byte[] {(byte) random.nextInt(2)});
      case 'b', 'B' -> PropertyWriter.typed(type, bytes(1));
      case 's', 'u' -> PropertyWriter.typed(type, bytes(2));
      case 'I', 'i' -> PropertyWriter.typed(type, bytes(4));
      case 'f' ->
          PropertyWriter.typed(
              type, PropertyWriter.int32(Float.floatToIntBits((float) random.nextDouble())));
      case 'D' -> PropertyWriter.typed(type, bytes(5));
      case 'T', 'l' -> PropertyWriter.typed(type, bytes(8));
      case 'd' ->
          PropertyWriter.typed(
              type, PropertyWriter.int64(Double.doubleToLongBits(random.nextDouble() * 1e9)));
      case 'S' -> PropertyWriter.string(text(200));
      case 'x' -> PropertyWriter.typed(type, PropertyWriter.counted(bytes(random.nextInt(200))));
      default -> container(type, depth);
    };
  }

  private byte[] container(char type, int depth) {
    var out = new ByteArrayOutputStream();
    for (int i = depth == 0 ? 0 : random.nextInt(4); i > 0; i--) {
      if (type == 'F') {
        var name = text(12).getBytes(StandardCharsets.UTF_8);
        out.write(name.length);
        out.writeBytes(name);
      }
      out.writeBytes(value(depth - 1));
    }
    return PropertyWriter.typed(type, PropertyWriter.counted(out.toByteArray()));
  }

  private static byte[] array(byte[] element) {
    return PropertyWriter.typed('A', PropertyWriter.counted(element));
  }

  private static byte[] table(byte[] name, byte[] value) {
    var out = new ByteArrayOutputStream();
    out.write(name.length);
    out.writeBytes(name);
    out.writeBytes(value);
    return PropertyWriter.typed('F', PropertyWriter.counted(out.toByteArray()));
  }

  private byte[] bytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Returns text of at most so many bytes, control characters and other scripts included. */
  private String text(int most) {
    var text = new StringBuilder();
    int left = random.nextInt(most);
    while (left > 4) {
      int c =
          switch (random.nextInt(12)) {
            case 0 -> random.nextInt(0, 0x20);
            case 1 -> 0x1f600 + random.nextInt(20);
            case 2 -> 0x202e;
            case 3 -> 0x85 + random.nextInt(40);
            default -> 'a' + random.nextInt(26);
          };
      text.appendCodePoint(c);
      left -= new String(Character.toChars(c)).getBytes(StandardCharsets.UTF_8).length;
    }
    return text.toString();
  }

  /** Returns bytes that are not UTF-8, wherever they are put. */
  private byte[] notUtf8() {
    var bytes = new byte[random.nextInt(1, random.nextInt(5) == 0 ? 256 : 20)];
    random.nextBytes(bytes);
    bytes[random.nextInt(bytes.length)] = (byte) 0xff;
    return bytes;
  }
}
