package dev.warrener.controller.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandlerJarsTest {
  private static final String SERVICE_FILE = "META-INF/services/dev.warrener.worker.TaskHandler";

  @TempDir private Path folder;

  @Test
  void eachJarWithHandlersHasItsOwnClassPathAndTheLibraries() throws IOException {
    var mail = handlers("mail.jar");
    var print = handlers("print.jar");
    var library = library("gson.jar");

    assertThat(read(mail, library, print))
        .isEqualTo(List.of(List.of(mail, library), List.of(print, library)));
  }

  @Test
  void folderIsOneClassPath() throws IOException {
    var gson = library("app/gson.jar");
    var mail = handlers("app/mail.jar");
    Files.writeString(folder.resolve("app/readme.txt"), "no jar");
    var other = handlers("other/print.jar");

    assertThat(read(folder.resolve("app"), folder.resolve("other")))
        .isEqualTo(List.of(List.of(gson, mail), List.of(other)));
  }

  @Test
  void folderOfClassesIsOneClassPath() throws IOException {
    var classes = folder.resolve("classes");
    Files.createDirectories(classes.resolve(SERVICE_FILE).getParent());
    Files.writeString(classes.resolve(SERVICE_FILE), "example.Mail\n");

    assertThat(read(classes)).isEqualTo(List.of(List.of(classes)));
  }

  @Test
  void patternStandsForTheJarsThatMatchIt() throws IOException {
    var gson = library("lib/gson.jar");
    var yaml = library("lib/yaml.jar");
    var mail = handlers("mail-1.jar");

    assertThat(read(folder.resolve("mail-?.jar"), folder.resolve("lib/*")))
        .isEqualTo(List.of(List.of(mail, gson, yaml)));
  }

  @Test
  void whatIsNotThereIsRefusedWithASentence() throws IOException {
    var library = library("lib/gson.jar");
    Files.createDirectory(folder.resolve("empty"));
    Files.writeString(folder.resolve("text.jar"), "not a jar");

    assertRefused(folder.resolve("gone.jar").toString(), "can't be read");
    assertRefused(folder.resolve("lib/*.war").toString(), "no jar matches ");
    assertRefused(folder.resolve("gone/*").toString(), "can't be read: check the path");
    assertRefused(folder.resolve("empty").toString(), "has neither jars nor classes");
    assertRefused(folder.resolve("text.jar").toString(), "is no jar");
    assertRefused(library.toString(), "a jar with handlers has the file " + SERVICE_FILE);
  }

  private static void assertRefused(String given, String sentence) {
    assertThatThrownBy(() -> HandlerJars.of(given))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  private static List<List<Path>> read(Path... given) {
    return HandlerJars.of(String.join(",", List.of(given).stream().map(Path::toString).toList()))
        .classPaths();
  }

  private Path handlers(String name) throws IOException {
    return jar(name, SERVICE_FILE);
  }

  private Path library(String name) throws IOException {
    return jar(name, "readme");
  }

  private Path jar(String name, String entry) throws IOException {
    var jar = folder.resolve(name);
    Files.createDirectories(jar.getParent());
    try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry(entry));
      out.closeEntry();
    }
    return jar;
  }
}
