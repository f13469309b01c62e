package dev.warrener.messaging.broker.wire;

/**
 * Measures values of a table of headers without recursion, so that no depth can exhaust the stack.
 * Strings that are not UTF-8 are sanitized where they stand. For one thread.
 */
final class FieldValues {
  /** The possible faults of a value. */
  enum Fault {
    NONE("", true),
    NOT_UTF_8("is not UTF-8, and its wrong bytes became question marks", true),
    TOO_DEEP("is nested more than " + UnreadableHeaders.DEEPEST + " deep and was left out", false),
    UNKNOWN_TYPE("has a value of a type that AMQP does not know, and was left out", false),
    TOO_LONG("claims more bytes than its table has, and was left out", false);

    private final String sentence;
    private final boolean isReadable;

    Fault(String sentence, boolean isReadable) {
      this.sentence = sentence;
      this.isReadable = isReadable;
    }

    /** Returns what is wrong, as the end of a sentence about a header. */
    String sentence() {
      return sentence;
    }

    /** Whether the client can decode the value. */
    boolean isReadable() {
      return isReadable;
    }
  }

  private static final int UNKNOWN = -1;
  private static final int COUNTED = -2;
  private static final int NESTED = -3;

  private final byte[] bytes;
  private final int[] ends = new int[UnreadableHeaders.DEEPEST];
  private final boolean[] isTable = new boolean[UnreadableHeaders.DEEPEST];
  private int depth;
  private int after;
  private boolean isEndKnown;
  private Fault fault = Fault.NONE;

  FieldValues(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the place after the last measured value. If the value can't be read, the place after
   * the part of the table that has to be left out.
   */
  int after() {
    return after;
  }

  /** Whether an unreadable value says where it ends, so that what follows it can be read. */
  boolean isEndKnown() {
    return isEndKnown;
  }

  /** Measures the value whose type stands at {@code from}, in a table that ends at {@code to}. */
  Fault measure(int from, int to) {
    depth = 0;
    fault = Fault.NONE;
    after = to;
    isEndKnown = true;
    var wrong = walk(from, to);
    if (wrong != Fault.NONE) {
      after = leftOut(from, to);
      return wrong;
    }
    return fault;
  }

  /** Walks to the end of the value, and notes it. Returns what makes it unreadable. */
  private Fault walk(int from, int to) {
    int at = from;
    do {
      int limit = depth == 0 ? to : ends[depth - 1];
      if (depth > 0 && at == limit) {
        depth--;
        continue;
      }
      if (depth > 0 && isTable[depth - 1]) {
        int length = bytes[at] & 0xff;
        if (length > limit - at - 1) {
          return Fault.TOO_LONG;
        }
        at++;
        sanitize(at, at + length);
        at += length;
      }
      if (at == limit) {
        return Fault.TOO_LONG;
      }
      int type = bytes[at++];
      int size = size(type);
      if (size == UNKNOWN) {
        return Fault.UNKNOWN_TYPE;
      }
      if (size < 0) {
        if (limit - at < 4) {
          return Fault.TOO_LONG;
        }
        boolean isNested = size == NESTED;
        size = Bytes.int32(bytes, at);
        at += 4;
        if (size < 0 || size > limit - at) {
          return Fault.TOO_LONG;
        }
        if (isNested) {
          if (depth == UnreadableHeaders.DEEPEST) {
            return Fault.TOO_DEEP;
          }
          ends[depth] = at + size;
          isTable[depth] = type == 'F';
          depth++;
          continue;
        }
        if (type == 'S') {
          sanitize(at, at + size);
        }
      }
      if (size > limit - at) {
        return Fault.TOO_LONG;
      }
      at += size;
    } while (depth > 0);
    after = at;
    return Fault.NONE;
  }

  private void sanitize(int from, int to) {
    if (Bytes.sanitize(bytes, from, to)) {
      fault = Fault.NOT_UTF_8;
    }
  }

  /**
   * Returns where the value ends that starts at {@code from}, if that is known; else {@code to}.
   */
  private int leftOut(int from, int to) {
    if (to - from >= 5 && size(bytes[from]) == NESTED) {
      int length = Bytes.int32(bytes, from + 1);
      if (length >= 0 && length <= to - from - 5) {
        return from + 5 + length;
      }
    }
    isEndKnown = false;
    return to;
  }

  /** Returns the bytes that a value of a type has, or a negative number if its type doesn't say. */
  private static int size(int type) {
    return switch (type) {
      case 'V' -> 0;
      case 'b', 'B', 't' -> 1;
      case 's', 'u' -> 2;
      case 'I', 'i', 'f' -> 4;
      case 'D' -> 5;
      case 'T', 'l', 'd' -> 8;
      case 'S', 'x' -> COUNTED;
      case 'F', 'A' -> NESTED;
      default -> UNKNOWN;
    };
  }
}
