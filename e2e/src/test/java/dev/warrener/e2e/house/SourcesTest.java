package dev.warrener.e2e.house;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The sizes and names of the project's Java files, by their sources. */
class SourcesTest {
  private static final Path ROOT = Path.of("..");
  private static final int MOST_LINES = 450;
  private static final int MOST_FILES = 36;

  @Test
  void noFileHasMoreThan450Lines() throws IOException {
    var tooLong = new TreeMap<String, Long>();
    for (var file : files()) {
      try (var lines = Files.lines(file)) {
        long count = lines.count();
        if (count > MOST_LINES) {
          tooLong.put(name(file), count);
        }
      }
    }
    assertThat(tooLong).as("files of more than %s lines", MOST_LINES).isEmpty();
  }

  @Test
  void noMainPackageHasMoreThan36Files() throws IOException {
    var sizes = mainFiles().stream().collect(groupingBy(file -> folder(file), counting()));
    sizes.values().removeIf(size -> size <= MOST_FILES);
    assertThat(sizes).as("packages of more than %s files", MOST_FILES).isEmpty();
  }

  @Test
  void everyMainPackageSaysWhatLivesThere() throws IOException {
    var silent = new TreeSet<String>();
    for (var file : mainFiles()) {
      var page = file.resolveSibling("package-info.java");
      if (!Files.exists(page) || !Files.readString(page).contains("/**")) {
        silent.add(folder(file));
      }
    }
    assertThat(silent).isEmpty();
  }

  @Test
  void noTwoMainClassesHaveOneSimpleName() throws IOException {
    var places =
        mainFiles().stream()
            .filter(file -> !file.endsWith("package-info.java"))
            .collect(
                groupingBy(
                    file -> file.getFileName().toString().replace(".java", ""),
                    TreeMap::new,
                    mapping(file -> folder(file), toCollection(TreeSet::new))));
    places.values().removeIf(several -> several.size() == 1);
    assertThat(places).isEmpty();
  }

  private static List<Path> mainFiles() throws IOException {
    return files().stream()
        .filter(file -> name(file).contains("/src/main/java/dev/warrener/"))
        .toList();
  }

  private static List<Path> files() throws IOException {
    var files = new ArrayList<Path>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return Set.of("target", ".git").contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    assertThat(files).hasSizeGreaterThan(500);
    return files;
  }

  private static String folder(Path file) {
    return name(Objects.requireNonNull(file.getParent()));
  }

  private static String name(Path file) {
    return ROOT.relativize(file).toString();
  }
}
