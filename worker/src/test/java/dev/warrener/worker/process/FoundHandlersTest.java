package dev.warrener.worker.process;

import static dev.warrener.worker.builtin.BuiltInChoice.ALL;
import static dev.warrener.worker.builtin.BuiltInChoice.BASIC;
import static dev.warrener.worker.builtin.BuiltInChoice.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import dev.warrener.worker.builtin.BuiltInChoice;
import dev.warrener.worker.builtin.BuiltInHandlers;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FoundHandlersTest {
  private static final String SERVICE_FILE = "META-INF/services/dev.warrener.worker.TaskHandler";

  @TempDir Path folder;

  @Test
  void builtInHandlersAreThereUnlessTheyAreLeftOut() throws Exception {
    assertThat(load(List.of(), ALL).names()).containsExactlyElementsOf(BuiltInHandlers.NAMES);
    assertThat(load(List.of(), NONE).names()).isEmpty();
  }

  @Test
  void basicHandlersCanDoNothingToTheHost() throws Exception {
    assertThat(load(List.of(), BASIC).names()).containsExactly("echo", "sleep");
    assertThat(load(List.of(), BASIC).find("journal")).isNull();
  }

  @Test
  void builtInHandlerIsMadeOnce() throws Exception {
    FoundHandlers handlers = load(List.of(), ALL);

    assertThat(handlers.find("echo")).isNotNull().isSameAs(handlers.find("echo"));
    assertThat(handlers.find("ecko")).isNull();
  }

  @Test
  void handlersInFoldersAndJarsAreFound() throws Exception {
    Path offering = offer(folder.resolve("classes"), First.class);
    Path jar = offerInJar(folder.resolve("handlers.jar"), Second.class);
    FoundHandlers handlers = load(List.of(offering, jar), ALL);

    assertThat(handlers.names()).startsWith("first", "second").contains("sleep");
    assertThat(handlers.find("first")).isInstanceOf(First.class);
    assertThat(handlers.find("second")).isInstanceOf(Second.class);
  }

  @Test
  void foundHandlerHasPrecedenceOverABuiltInOne() throws Exception {
    FoundHandlers handlers = load(List.of(offer(folder.resolve("classes"), OtherEcho.class)), ALL);

    assertThat(handlers.names()).containsOnlyOnce("echo").hasSize(BuiltInHandlers.NAMES.size());
    assertThat(handlers.find("echo")).isInstanceOf(OtherEcho.class);
  }

  @Test
  void twoHandlersOfOneNameAreRefused() throws IOException {
    Path offering = offer(folder.resolve("classes"), First.class, OtherFirst.class);

    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> load(List.of(offering), ALL))
        .withMessage(
            "two handlers call themselves 'first': %s and %s; rename one or take it off the class"
                + " path",
            First.class.getName(), OtherFirst.class.getName());
  }

  @Test
  void nameThatIsNoneIsRefused() throws IOException {
    Path offering = offer(folder.resolve("classes"), BadlyNamed.class);

    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> load(List.of(offering), ALL))
        .withMessage(
            "the handler %s calls itself 'a,b'; a name is a letter or digit, then at most 127"
                + " letters, digits, '.', '_', '-'",
            BadlyNamed.class.getName());
  }

  @Test
  void handlerThatCannotBeMadeIsRefused() throws IOException {
    Path offering = offer(folder.resolve("classes"), Broken.class);

    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> load(List.of(offering), ALL))
        .withMessageStartingWith("a handler on the class path can't be made: ")
        .withMessageContaining(Broken.class.getName())
        .withMessageContaining("no licence");
  }

  @Test
  void handlerThatIsNotThereIsRefused() throws IOException {
    Path offering = offer(folder.resolve("classes"));
    Files.writeString(offering.resolve(SERVICE_FILE), "com.example.Gone\n");

    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> load(List.of(offering), ALL))
        .withMessageStartingWith("a handler on the class path can't be made: ")
        .withMessageContaining("com.example.Gone");
  }

  @Test
  void classPathThatNamesWhatIsNotThereIsRefused() {
    Path gone = folder.resolve("gone.jar");

    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> load(List.of(gone), ALL))
        .withMessage(
            "there is no %s, which the class path names; correct it or build the jar", gone);
  }

  @Test
  void fileThatIsNoJarIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("text.jar"), "not a jar");

    assertThatExceptionOfType(UnusableWorkerException.class)
        .isThrownBy(() -> load(List.of(text), ALL))
        .withMessageStartingWith(text + " on the class path is no jar (")
        .withMessageEndingWith("); build it again");
  }

  private static FoundHandlers load(List<Path> entries, BuiltInChoice builtIn) throws Exception {
    var urls = new URL[entries.size()];
    for (int entry = 0; entry < urls.length; entry++) {
      urls[entry] = entries.get(entry).toUri().toURL();
    }
    String classPath =
        String.join(File.pathSeparator, entries.stream().map(Path::toString).toList());
    try (var loader = new URLClassLoader(urls, FoundHandlersTest.class.getClassLoader())) {
      return FoundHandlers.load(loader, classPath, builtIn);
    }
  }

  private static Path offer(Path classes, Class<?>... handlers) throws IOException {
    Path file = classes.resolve(SERVICE_FILE);
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(handlers).stream().map(Class::getName).toList());
    return classes;
  }

  private static Path offerInJar(Path file, Class<?> handler) throws IOException {
    try (var jar = new ZipOutputStream(Files.newOutputStream(file))) {
      jar.putNextEntry(new ZipEntry(SERVICE_FILE));
      jar.write((handler.getName() + "\n").getBytes(StandardCharsets.UTF_8));
      jar.closeEntry();
    }
    return file;
  }

  /** What the handlers of this test have in common: a name. */
  abstract static class Named implements TaskHandler {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public final String name() {
      return name;
    }

    @Override
    public final TaskResult handle(TaskContext context, byte[] input) {
      return TaskResult.none();
    }
  }

  public static final class First extends Named {
    public First() {
      super("first");
    }
  }

  public static final class OtherFirst extends Named {
    public OtherFirst() {
      super("first");
    }
  }

  public static final class Second extends Named {
    public Second() {
      super("second");
    }
  }

  public static final class OtherEcho extends Named {
    public OtherEcho() {
      super("echo");
    }
  }

  public static final class BadlyNamed extends Named {
    public BadlyNamed() {
      super("a,b");
    }
  }

  public static final class Broken extends Named {
    public Broken() {
      super("broken");
      throw new IllegalStateException("no licence");
    }
  }
}
