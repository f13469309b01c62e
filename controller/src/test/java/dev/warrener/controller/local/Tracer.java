package dev.warrener.controller.local;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * Attaches to a process: {@code PID stays|goes}. The status is 0 if the kernel lets it. Who stays
 * prints {@code TRACES} and waits for its end.
 */
final class Tracer {
  private static final int PTRACE_SEIZE = 0x4206;

  private Tracer() {}

  public static void main(String[] arguments) throws Throwable {
    var linker = Linker.nativeLinker();
    var ptrace =
        linker.downcallHandle(
            linker.defaultLookup().find("ptrace").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    long result = (long) ptrace.invokeExact(PTRACE_SEIZE, Integer.parseInt(arguments[0]), 0L, 0L);
    if (result != 0) {
      System.exit(1);
    }
    if (arguments[1].equals("stays")) {
      System.out.println("TRACES");
      Thread.currentThread().join();
    }
  }
}
