package dev.warrener.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.worker.testing.TestTaskContext;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handlers are written and tested with Java 17, so what they are compiled against is Java 17. */
class HandlerApiTest {
  private static final int JAVA_17 = 61;
  private static final Path SOURCES = Path.of("src", "main", "java");

  @TempDir private Path classes;

  @Test
  void classesAreOfJava17() throws IOException {
    for (var type : List.of(TaskHandler.class, TestTaskContext.class)) {
      try (var in =
          new DataInputStream(
              type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class"))) {
        in.skipNBytes(6);
        assertThat(in.readUnsignedShort()).as(type.getName()).isEqualTo(JAVA_17);
      }
    }
  }

  /** The whole module: the worker's process runs on 25, and one rule is simpler than two. */
  @Test
  void usesNothingNewerThanJava17() throws IOException {
    List<Path> sources;
    try (var files = Files.walk(SOURCES)) {
      sources = files.filter(file -> file.toString().endsWith(".java")).toList();
    }
    var compiler = ToolProvider.getSystemJavaCompiler();
    var messages = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean isCompiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of(
                      "--release",
                      "17",
                      "-proc:none",
                      "-cp",
                      Nullable.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
                      "-d",
                      classes.toString()),
                  null,
                  files.getJavaFileObjects(sources.toArray(Path[]::new)))
              .call();
      assertThat(isCompiled).as(messages.toString()).isTrue();
    }
  }
}
