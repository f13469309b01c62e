package dev.warrener.worker.frame;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message between a controller and a worker: a type, a header of named texts in a fixed order,
 * and a payload. The payload is not copied: don't change it.
 */
public final class Frame {
  /** The version of the protocol that these classes implement. */
  public static final int PROTOCOL_VERSION = 1;

  /** The most bytes that may follow a frame's length: 256 MiB. */
  public static final int MAXIMUM_BYTES = 256 << 20;

  private static final byte[] NO_BYTES = {};

  private final FrameType type;
  private final Map<String, String> header;
  private final byte[] payload;

  private Frame(FrameType type, Map<String, String> header, byte[] payload) {
    this.type = type;
    this.header = header;
    this.payload = payload;
  }

  /** Returns a frame with neither header nor payload. */
  public static Frame of(FrameType type) {
    return new Frame(type, Map.of(), NO_BYTES);
  }

  /** Returns a frame with a copy of {@code header} in its order. The payload is not copied. */
  public static Frame of(FrameType type, Map<String, String> header, byte[] payload) {
    return ofUnshared(type, new LinkedHashMap<>(header), payload);
  }

  /** Returns a frame with {@code header} itself, which must not change any more. */
  static Frame ofUnshared(FrameType type, Map<String, String> header, byte[] payload) {
    return new Frame(type, Collections.unmodifiableMap(header), payload);
  }

  /** Returns a builder of a frame. */
  public static Builder builder(FrameType type) {
    return new Builder(type);
  }

  /** Returns the type. */
  public FrameType type() {
    return type;
  }

  /** Returns the header's fields in order. The map can't be changed. */
  public Map<String, String> header() {
    return header;
  }

  /** Returns the payload itself, not a copy. */
  public byte[] payload() {
    return payload;
  }

  /** Returns a header field, or null if the frame does not have it. */
  public @Nullable String text(String key) {
    return header.get(key);
  }

  /**
   * Returns a header field.
   *
   * @throws BrokenFrameException if the frame does not have it
   */
  public String requireText(String key) throws BrokenFrameException {
    String value = header.get(key);
    if (value == null) {
      throw new BrokenFrameException("the " + type + " frame has no field '" + key + "'");
    }
    return value;
  }

  /**
   * Returns a header field as a whole number of at least 0.
   *
   * @throws BrokenFrameException if the frame does not have it, or it is no such number
   */
  public long requireNumber(String key) throws BrokenFrameException {
    String value = requireText(key);
    try {
      long number = Long.parseLong(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new BrokenFrameException(
        "the field '" + key + "' of the " + type + " frame must be a whole number, not " + value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Frame frame
        && type == frame.type
        && header.equals(frame.header)
        && Arrays.equals(payload, frame.payload);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * type.hashCode() + header.hashCode()) + Arrays.hashCode(payload);
  }

  /** Returns the type, the header and the payload's length, for logs. */
  @Override
  public String toString() {
    return type + " " + header + " " + payload.length + " bytes";
  }

  /** Builds a frame. Not thread-safe. */
  public static final class Builder {
    private final FrameType type;
    private final Map<String, String> header = new LinkedHashMap<>();
    private byte[] payload = NO_BYTES;

    private Builder(FrameType type) {
      this.type = type;
    }

    /** Sets a header field. */
    public Builder field(String key, String value) {
      header.put(key, value);
      return this;
    }

    /** Sets a header field to a whole number. */
    public Builder field(String key, long value) {
      return field(key, Long.toString(value));
    }

    /** Sets a header field, unless {@code value} is null. */
    public Builder optionalField(String key, @Nullable String value) {
      return value == null ? this : field(key, value);
    }

    /** Sets the payload, without copying it; none by default. */
    public Builder payload(byte[] bytes) {
      payload = bytes;
      return this;
    }

    /** Returns the frame. */
    public Frame build() {
      return Frame.of(type, header, payload);
    }
  }
}
