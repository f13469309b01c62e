package dev.warrener.controller.process.linux;

import static dev.warrener.controller.process.linux.NativeCalls.CALL_STATE;
import static dev.warrener.controller.process.linux.NativeCalls.function;
import static dev.warrener.controller.process.linux.NativeCalls.unexpected;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The users of this host. Thread-safe. */
@SuppressWarnings("restricted") // This class makes native calls; see the manifest.
public final class Users {
  /** The user who may do everything. */
  public static final long ROOT = 0;

  private static final long LONGEST_NAME = 256;

  private static final MethodHandle GETEUID =
      function("geteuid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
  private static final MethodHandle GETPWUID =
      function("getpwuid", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

  private Users() {}

  /** Returns the user that this process runs as. */
  public static long self() {
    try (Arena arena = Arena.ofConfined()) {
      return Integer.toUnsignedLong((int) GETEUID.invokeExact(arena.allocate(CALL_STATE)));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Returns the name of a user; its number if it has no name here. */
  public static synchronized String name(long uid) {
    // Synchronized, because the C library returns memory that the next call overwrites.
    try (Arena arena = Arena.ofConfined()) {
      var entry = (MemorySegment) GETPWUID.invokeExact(arena.allocate(CALL_STATE), (int) uid);
      if (entry.equals(MemorySegment.NULL)) {
        return Long.toString(uid);
      }
      // The name is the first field.
      return entry
          .reinterpret(ValueLayout.ADDRESS.byteSize())
          .get(ValueLayout.ADDRESS, 0)
          .reinterpret(LONGEST_NAME)
          .getString(0);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }
}
