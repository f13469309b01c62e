package dev.warrener.controller.process.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Links functions of the C library, for {@link Kernel}, {@link KernelFiles}, {@link Pipes} and
 * {@link Epoll}.
 */
@SuppressWarnings("restricted") // This class alone links native functions; see the manifest.
final class NativeCalls {
  /** The memory in which a call leaves its error number. */
  static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private NativeCalls() {}

  /** Returns a function of the C library. Its first argument is a {@link #CALL_STATE}. */
  static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    var all = new Linker.Option[options.length + 1];
    all[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(options, 0, all, 1, options.length);
    return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), descriptor, all);
  }

  /** Whether the C library has a function. */
  static boolean exists(String name) {
    return LINKER.defaultLookup().find(name).isPresent();
  }

  /** Returns the error number of a call that failed. */
  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** Wraps what a native call threw, although native calls throw nothing. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException runtime) {
      throw runtime;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }
}
