package dev.warrener.messaging;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes UUIDs of version 7 (RFC 9562). The first 48 bits are the time in milliseconds, so ids sort
 * by the time when they were made. Each id of a process is greater than the one before, even if the
 * clock is set back. Thread-safe.
 */
public final class Uuid7 {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static long last;

  private Uuid7() {}

  /** Returns a new id. */
  public static String next() {
    // 48 bits of milliseconds and 12 bits that count within the millisecond.
    long stamp;
    synchronized (Uuid7.class) {
      stamp = Math.max(System.currentTimeMillis() << 12, last + 1);
      last = stamp;
    }
    long high = ((stamp >>> 12) << 16) | 0x7000L | (stamp & 0xFFFL);
    long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /** Returns whether {@code id} is a UUID of version 7 in its usual form. */
  public static boolean isValid(String id) {
    try {
      var uuid = UUID.fromString(id);
      return uuid.version() == 7 && uuid.toString().equalsIgnoreCase(id);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns when an id was made, or null if it is no UUID of version 7. */
  public static @Nullable Instant madeAt(String id) {
    return isValid(id)
        ? Instant.ofEpochMilli(UUID.fromString(id).getMostSignificantBits() >>> 16)
        : null;
  }
}
