package dev.warrener.messaging.broker.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The payload of one content header frame: the properties of a message, among them the table of its
 * headers. It is changed as little as possible until the client can decode it: headers that can't
 * be read are left out, and text that is not UTF-8 gets question marks. What was done stands in the
 * header {@link UnreadableHeaders#MARK}. For one thread.
 */
final class ContentHeader {
  private static final int BASIC = 60;

  /** The bytes before the flags: class, weight, and the size of the body. */
  private static final int FIXED = 12;

  private static final int HEADERS = 2;

  /** The properties in the order of their flags, the highest bit first. */
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

  /** The most bytes of the mark, its name and lengths included. */
  private static final int LARGEST_MARK = 2_000;

  private static final int MOST_FAULTS = 4;
  private static final int LONGEST_NAME = 40;

  private final byte[] bytes;
  private final int from;
  private final int to;
  private final int largest;
  private final FieldValues values;

  private int flags;
  private int tableAt;
  private int tableEnd;
  private int end;
  private final List<Entry> entries = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private int moreFaults;

  /** The place of a header in the frame: its name, type and value. */
  private record Entry(int from, int to) {
    int size() {
      return to - from;
    }
  }

  /**
   * Looks at a payload.
   *
   * @param bytes contain the payload; text that is not UTF-8 is replaced in it
   * @param from where the payload starts
   * @param to where it ends
   * @param largest the largest payload that the client takes
   */
  ContentHeader(byte[] bytes, int from, int to, int largest) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.largest = largest;
    this.values = new FieldValues(bytes);
  }

  /** Returns the payload that the client gets instead, or null if it gets this one. */
  byte @Nullable [] repaired() {
    if (to - from < FIXED + 2 || Bytes.int16(bytes, from) != BASIC) {
      return null;
    }
    read();
    if (to - from > largest || (!faults.isEmpty() && size() + LARGEST_MARK > largest)) {
      dropLargest();
    }
    return faults.isEmpty() ? null : rebuilt();
  }

  private void read() {
    flags = Bytes.int16(bytes, from + FIXED);
    end = from + FIXED + 2;
    if ((flags & 1) != 0) {
      fault("it has properties that AMQP does not know, and all were left out");
      leaveOutFrom(0, end);
      return;
    }
    for (int property = 0; property < NAMES.size(); property++) {
      int start = end;
      if (property == HEADERS) {
        tableAt = start;
        tableEnd = start;
      }
      if ((flags & bit(property)) != 0 && !read(property)) {
        fault(
            "property " + NAMES.get(property) + " is cut off, and was left out with all after it");
        leaveOutFrom(property, start);
        return;
      }
    }
  }

  private void leaveOutFrom(int property, int start) {
    // The flags of earlier properties are the higher bits.
    flags &= -(bit(property) << 1);
    end = start;
    if (property <= HEADERS) {
      tableAt = start;
      tableEnd = start;
    }
  }

  /** Returns the size of the payload without what was left out. */
  private int size() {
    int ofHeaders = entries.stream().mapToInt(Entry::size).sum();
    return tableAt - from + 4 + ofHeaders + end - tableEnd;
  }

  private static int bit(int property) {
    return 1 << (15 - property);
  }

  /** Reads a property and returns true, or returns false if it does not end in time. */
  private boolean read(int property) {
    return switch (NAMES.get(property)) {
      case "headers" -> readTable();
      case "delivery_mode", "priority" -> skip(1);
      case "timestamp" -> skip(8);
      default -> readText(property);
    };
  }

  private boolean skip(int length) {
    end += length;
    return end <= to;
  }

  private boolean readText(int property) {
    if (end == to || (bytes[end] & 0xff) > to - end - 1) {
      return false;
    }
    int text = end + 1;
    end = text + (bytes[end] & 0xff);
    if (Bytes.sanitize(bytes, text, end)) {
      fault(
          "property "
              + NAMES.get(property)
              + " is not UTF-8, and its wrong bytes became question marks");
    }
    return true;
  }

  private boolean readTable() {
    if (to - end < 4) {
      return false;
    }
    int length = Bytes.int32(bytes, end);
    if (length < 0 || length > to - end - 4) {
      return false;
    }
    int at = end + 4;
    end = at + length;
    tableEnd = end;
    while (at < tableEnd) {
      at = readEntry(at);
    }
    return true;
  }

  /** Reads a header and returns where the next one starts. */
  private int readEntry(int at) {
    int value = at + 1 + (bytes[at] & 0xff);
    if (value >= tableEnd) {
      fault("a header's name " + FieldValues.Fault.TOO_LONG.sentence());
      return tableEnd;
    }
    boolean isNamed = !Bytes.sanitize(bytes, at + 1, value);
    var fault = values.measure(value, tableEnd);
    if (fault != FieldValues.Fault.NONE || !isNamed) {
      var what =
          fault == FieldValues.Fault.NONE
              ? FieldValues.Fault.NOT_UTF_8.sentence()
              : fault.sentence();
      fault(
          "header "
              + name(at)
              + " "
              + what
              + (values.isEndKnown() ? "" : ", with all that follows it"));
    }
    if (fault.isReadable()) {
      entries.add(new Entry(at, values.after()));
    }
    return values.after();
  }

  /** Leaves out the largest headers until the rest fits. */
  private void dropLargest() {
    int excess = size() + LARGEST_MARK - largest;
    var bySize = new ArrayList<>(entries);
    bySize.sort(Comparator.comparingInt(Entry::size).reversed());
    var dropped = new HashSet<Entry>();
    for (var entry : bySize) {
      if (excess > 0) {
        excess -= entry.size();
        fault(dropped.isEmpty() ? tooLarge(entry) : name(entry.from()));
        dropped.add(entry);
      }
    }
    entries.removeAll(dropped);
  }

  private String tooLarge(Entry entry) {
    return "its properties of "
        + (to - from)
        + " bytes are more than a frame of the broker holds, so these headers were left out: "
        + name(entry.from());
  }

  private void fault(String sentence) {
    if (faults.size() < MOST_FAULTS) {
      faults.add(sentence);
    } else {
      moreFaults++;
    }
  }

  /** Returns a header's name for people, in quotes. */
  private String name(int at) {
    var text = new String(bytes, at + 1, bytes[at] & 0xff, StandardCharsets.UTF_8);
    var shown = new StringBuilder("\"");
    text.codePoints()
        .limit(LONGEST_NAME)
        .forEach(c ->
            shown.appendCodePoint((c > ' ' && c < 0x7f) || Character.isLetterOrDigit(c) ? c : '?'));
    return shown.append(text.length() > LONGEST_NAME ? "…\"" : "\"").toString();
  }

  private byte[] rebuilt() {
    var table = new ByteArrayOutputStream();
    for (var entry : entries) {
      table.write(bytes, entry.from(), entry.size());
    }
    var mark = mark();
    var name = UnreadableHeaders.MARK.getBytes(StandardCharsets.UTF_8);
    table.write(name.length);
    table.writeBytes(name);
    table.write('S');
    writeInt32(table, mark.length);
    table.writeBytes(mark);

    var rebuilt = new ByteArrayOutputStream(to - from + LARGEST_MARK);
    rebuilt.write(bytes, from, FIXED);
    int newFlags = flags | bit(HEADERS);
    rebuilt.write(newFlags >>> 8);
    rebuilt.write(newFlags);
    int first = from + FIXED + 2;
    rebuilt.write(bytes, first, tableAt - first);
    writeInt32(rebuilt, table.size());
    rebuilt.writeBytes(table.toByteArray());
    rebuilt.write(bytes, tableEnd, end - tableEnd);
    return rebuilt.toByteArray();
  }

  private byte[] mark() {
    var sentence =
        String.join("; ", faults) + (moreFaults > 0 ? "; and " + moreFaults + " more" : "");
    return sentence.getBytes(StandardCharsets.UTF_8);
  }

  private static void writeInt32(ByteArrayOutputStream out, int value) {
    out.write(value >>> 24);
    out.write(value >>> 16);
    out.write(value >>> 8);
    out.write(value);
  }
}
