package dev.warrener.worker.process;

import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.builtin.BuiltInChoice;
import dev.warrener.worker.builtin.BuiltInHandlers;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The handlers on the class paths, and the built-in ones whose names are not taken by them.
 *
 * <p>A handler that can't be created, or whose name can't be used, is left out and named among the
 * unavailable ones. The others are not affected.
 */
final class FoundHandlers implements Handlers {
  private static final String SERVICE_FILE = "META-INF/services/" + TaskHandler.class.getName();
  private static final int MAXIMUM_NAME = 128;
  private static final String PUNCTUATION = "._-";

  private final Map<String, @Nullable TaskHandler> handlers = new LinkedHashMap<>();
  private final List<String> unavailable = new ArrayList<>();

  private FoundHandlers() {}

  /**
   * Returns one instance of each handler on the class paths.
   *
   * @param own the class path of this process, whose classes {@code parent} loads
   * @param others more class paths, each with a class loader of its own behind {@code parent}, so
   *     that they may have different versions of a library
   * @param builtIn which built-in handlers to add
   * @throws UnusableWorkerException if a part of a class path can't be read, or handlers are
   *     offered and none can be used
   */
  static FoundHandlers load(
      String own, List<String> others, ClassLoader parent, BuiltInChoice builtIn)
      throws UnusableWorkerException {
    var found = new FoundHandlers();
    found.addOffered(offeredBy(own), parent);
    for (String classPath : others) {
      List<String> offered = offeredBy(classPath);
      if (!offered.isEmpty()) {
        found.addOffered(offered, loader(classPath, parent));
      }
    }
    if (found.handlers.isEmpty() && !found.unavailable.isEmpty()) {
      throw new UnusableWorkerException(
          "none of the handlers can be used: " + String.join("; ", found.unavailable));
    }
    for (String name : builtIn.names()) {
      // Created when the first task needs it, so that a worker starts faster.
      found.handlers.putIfAbsent(name, null);
    }
    return found;
  }

  @Override
  public Collection<String> names() {
    return Collections.unmodifiableSet(handlers.keySet());
  }

  @Override
  public List<String> unavailable() {
    return Collections.unmodifiableList(unavailable);
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

  @Override
  public Collection<TaskHandler> made() {
    var made = new ArrayList<TaskHandler>();
    for (TaskHandler handler : handlers.values()) {
      if (handler != null) {
        made.add(handler);
      }
    }
    return made;
  }

  /** Never closed: the handlers load classes for as long as the process lives. */
  private static ClassLoader loader(String classPath, ClassLoader parent)
      throws UnusableWorkerException {
    List<File> entries = entries(classPath);
    var urls = new URL[entries.size()];
    for (int at = 0; at < urls.length; at++) {
      try {
        urls[at] = entries.get(at).toURI().toURL();
      } catch (MalformedURLException e) {
        throw new UnusableWorkerException(entries.get(at) + " can't be named by a URL");
      }
    }
    return new URLClassLoader(urls, parent);
  }

  /**
   * Returns the names of the classes that a class path offers as handlers. Reads the entries
   * itself, because a class loader would search all modules of the JDK first, which takes 20 ms.
   *
   * @throws UnusableWorkerException if an entry can't be read. The Java VM would ignore such an
   *     entry silently
   */
  private static List<String> offeredBy(String classPath) throws UnusableWorkerException {
    List<String> names = new ArrayList<>();
    for (File entry : entries(classPath)) {
      if (!entry.exists()) {
        throw new UnusableWorkerException(
            "there is no " + entry + ", which the class path names; correct it or build the jar");
      }
      if (!entry.canRead()) {
        throw new UnusableWorkerException(
            entry + " on the class path can't be read; give this user the right to");
      }
      try {
        if (entry.isDirectory()) {
          readServices(new File(entry, SERVICE_FILE), names);
        } else {
          readServicesOfJar(entry, names);
        }
      } catch (IOException e) {
        throw new UnusableWorkerException(
            entry + " on the class path is no jar (" + e.getMessage() + "); build it again");
      }
    }
    return names;
  }

  private static List<File> entries(String classPath) {
    List<File> entries = new ArrayList<>();
    int start = 0;
    while (start < classPath.length()) {
      int end = classPath.indexOf(File.pathSeparatorChar, start);
      String entry = end < 0 ? classPath.substring(start) : classPath.substring(start, end);
      start = end < 0 ? classPath.length() : end + 1;
      if (!entry.isEmpty()) {
        entries.add(new File(entry));
      }
    }
    return entries;
  }

  private static void readServices(File file, List<String> names) throws IOException {
    if (file.exists()) {
      try (var in = new FileInputStream(file)) {
        readServices(in, names);
      }
    }
  }

  private static void readServicesOfJar(File file, List<String> names) throws IOException {
    try (var jar = new ZipFile(file)) {
      var entry = jar.getEntry(SERVICE_FILE);
      if (entry != null) {
        try (var in = jar.getInputStream(entry)) {
          readServices(in, names);
        }
      }
    }
  }

  /** Reads a services file: a class on each line, comments after #. */
  private static void readServices(InputStream in, List<String> names) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int comment = line.indexOf('#');
      String name = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (!name.isEmpty() && !names.contains(name)) {
        names.add(name);
      }
    }
  }

  private void addOffered(List<String> types, ClassLoader loader) {
    for (String type : types) {
      var thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      thread.setContextClassLoader(loader);
      try {
        TaskHandler handler =
            Class.forName(type, true, loader)
                .asSubclass(TaskHandler.class)
                .getConstructor()
                .newInstance();
        add(handler, handler.name());
      } catch (InvocationTargetException e) {
        cannotBeMade(type, e.getCause() == null ? e : e.getCause());
      } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
        cannotBeMade(type, e);
      } finally {
        thread.setContextClassLoader(before);
      }
    }
  }

  private void cannotBeMade(String type, Throwable thrown) {
    Throwable cause =
        thrown instanceof ExceptionInInitializerError && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    unavailable.add("the handler " + type + " can't be made: " + cause);
  }

  private void add(TaskHandler handler, @Nullable String name) {
    String type = handler.getClass().getName();
    if (name == null || !isName(name)) {
      unavailable.add(
          "the handler "
              + type
              + " calls itself '"
              + name
              + "'; a name is a letter or digit, then at most 127 letters, digits, '.', '_', '-'");
      return;
    }
    TaskHandler other = handlers.put(name, handler);
    if (other != null) {
      // Which of the two a task means, nobody can tell.
      handlers.remove(name);
      unavailable.add(
          "two handlers call themselves '"
              + name
              + "', and neither is used: "
              + other.getClass().getName()
              + " and "
              + type
              + "; rename one or leave it out");
    }
  }

  private static boolean isName(String name) {
    if (name.isEmpty() || name.length() > MAXIMUM_NAME) {
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
