package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.builtin.BuiltInChoice;
import dev.warrener.worker.builtin.BuiltInHandlers;
import java.io.File;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** The handlers on the class path, and the built-in ones whose names are not taken by them. */
final class FoundHandlers implements Handlers {
  private static final String SERVICE_FILE = "META-INF/services/" + TaskHandler.class.getName();
  private static final int MAXIMUM_NAME = 128;
  private static final String PUNCTUATION = "._-";

  private final Map<String, @Nullable TaskHandler> handlers;

  private FoundHandlers(Map<String, @Nullable TaskHandler> handlers) {
    this.handlers = handlers;
  }

  /**
   * Returns one instance of each handler on the class path.
   *
   * @param loader the class loader for {@code classPath}
   * @param builtIn which built-in handlers to add
   * @throws UnusableWorkerException if a part of the class path can't be read, a handler can't be
   *     created, or its name is invalid or taken
   */
  static FoundHandlers load(ClassLoader loader, String classPath, BuiltInChoice builtIn)
      throws UnusableWorkerException {
    Map<String, @Nullable TaskHandler> handlers = new LinkedHashMap<>();
    if (offersHandlers(classPath)) {
      addServices(loader, handlers);
    }
    for (String name : builtIn.names()) {
      // Created when the first task needs it, so that a worker starts faster.
      handlers.putIfAbsent(name, null);
    }
    return new FoundHandlers(handlers);
  }

  @Override
  public Collection<String> names() {
    return Collections.unmodifiableSet(handlers.keySet());
  }

  @Override
  public @Nullable TaskHandler find(String name) {
    TaskHandler handler = handlers.get(name);
    if (handler == null && handlers.containsKey(name)) {
      handler = BuiltInHandlers.make(name);
      handlers.put(name, handler);
    }
    return handler;
  }

  /**
   * Whether an entry of the class path has a services file. Reads the entries itself, because a
   * class loader would search all modules of the JDK first, which takes 20 ms.
   *
   * @throws UnusableWorkerException if an entry can't be read. The Java VM would ignore such an
   *     entry silently
   */
  static boolean offersHandlers(String classPath) throws UnusableWorkerException {
    boolean offers = false;
    int start = 0;
    while (start < classPath.length()) {
      int end = classPath.indexOf(File.pathSeparatorChar, start);
      String entry = end < 0 ? classPath.substring(start) : classPath.substring(start, end);
      start = end < 0 ? classPath.length() : end + 1;
      offers |= !entry.isEmpty() && entryOffersHandlers(new File(entry));
    }
    return offers;
  }

  private static boolean entryOffersHandlers(File entry) throws UnusableWorkerException {
    if (!entry.exists()) {
      throw new UnusableWorkerException(
          "there is no " + entry + ", which the class path names; correct it or build the jar");
    }
    if (!entry.canRead()) {
      throw new UnusableWorkerException(
          entry + " on the class path can't be read; give this user the right to");
    }
    if (entry.isDirectory()) {
      return new File(entry, SERVICE_FILE).exists();
    }
    try (var jar = new ZipFile(entry)) {
      return jar.getEntry(SERVICE_FILE) != null;
    } catch (IOException e) {
      throw new UnusableWorkerException(
          entry + " on the class path is no jar (" + e.getMessage() + "); build it again");
    }
  }

  private static void addServices(ClassLoader loader, Map<String, @Nullable TaskHandler> handlers)
      throws UnusableWorkerException {
    try {
      for (TaskHandler handler : ServiceLoader.load(TaskHandler.class, loader)) {
        add(handler, handlers);
      }
    } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UnusableWorkerException(
          "a handler on the class path can't be made: " + e.getMessage() + " (" + cause + ")");
    }
  }

  private static void add(TaskHandler handler, Map<String, @Nullable TaskHandler> handlers)
      throws UnusableWorkerException {
    String name = handler.name();
    String type = handler.getClass().getName();
    if (!isName(name)) {
      throw new UnusableWorkerException(
          "the handler "
              + type
              + " calls itself '"
              + name
              + "'; a name is a letter or digit, then at most 127 letters, digits, '.', '_', '-'");
    }
    TaskHandler other = handlers.put(name, handler);
    if (other != null) {
      throw new UnusableWorkerException(
          "two handlers call themselves '"
              + name
              + "': "
              + other.getClass().getName()
              + " and "
              + type
              + "; rename one or take it off the class path");
    }
  }

  private static boolean isName(@Nullable String name) {
    if (name == null || name.isEmpty() || name.length() > MAXIMUM_NAME) {
      return false;
    }
    for (int at = 0; at < name.length(); at++) {
      char c = name.charAt(at);
      if (!isLetterOrDigit(c) && (at == 0 || PUNCTUATION.indexOf(c) < 0)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return c < 0x80 && Character.isLetterOrDigit(c);
  }
}
