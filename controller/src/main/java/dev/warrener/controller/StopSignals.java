package dev.warrener.controller;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for SIGTERM and SIGINT. A shutdown hook would run at the first signal only, but the
 * second one has a meaning, too. Only {@code sun.misc.Signal} offers this; javac warns about that
 * class, so it is used by reflection.
 */
public final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  private StopSignals() {}

  /** Calls {@code onSignal} for each signal that asks the process to stop. */
  public static void listen(Runnable onSignal) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> answer(self, method, arguments, onSignal));
      var handle = signal.getMethod("handle", signal, handler);
      for (var name : List.of("TERM", "INT")) {
        handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      }
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      LOG.warn(
          "this Java VM reports only the first SIGTERM, so a second one changes nothing: {}",
          e.toString());
      Runtime.getRuntime().addShutdownHook(new Thread(onSignal, "stop"));
    }
  }

  private static Object answer(Object self, Method method, Object[] arguments, Runnable onSignal)
      throws InvocationTargetException {
    return switch (method.getName()) {
      case "handle" -> {
        onSignal.run();
        yield self;
      }
      case "equals" -> System.identityHashCode(self) == System.identityHashCode(arguments[0]);
      case "hashCode" -> System.identityHashCode(self);
      default -> "stop signals";
    };
  }
}
