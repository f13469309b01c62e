package dev.warrener.e2e.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The project's pages. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..");

  /** A link within the project: no scheme; a file, an anchor, or both. */
  private static final Pattern LINK = Pattern.compile("]\\(([^):#\\s]*)(?:#([^)\\s]+))?\\)");

  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");

  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");

  /** A Java class, perhaps with its package before it or a member after it. */
  private static final Pattern CLASS_NAME =
      Pattern.compile("`(?:[a-z]+\\.)*([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)[.`]");

  /** A test, by its class and perhaps its method, as the pages name it. */
  private static final Pattern TEST_NAME =
      Pattern.compile("`([A-Z][A-Za-z]*(?:IT|Test))(?:\\.([a-zA-Z]+))?`");

  private static final Pattern TEST_FILE = Pattern.compile("/src/test/java/.*(IT|Test)\\.java$");

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    var broken = new ArrayList<String>();
    int anchors = 0;
    for (var page : pages()) {
      var link = LINK.matcher(withoutCode(Files.readString(page)));
      while (link.find()) {
        var target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
        if (!Files.exists(target)) {
          broken.add(ROOT.relativize(page) + " -> " + link.group(1));
        } else if (link.group(2) != null && Files.isRegularFile(target)) {
          anchors++;
          if (!anchors(target).contains(link.group(2))) {
            broken.add(ROOT.relativize(page) + " -> " + link.group(1) + "#" + link.group(2));
          }
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(anchors).isGreaterThan(20);
  }

  @Test
  void everyPageIsInTheIndex() throws IOException {
    var docs = ROOT.resolve("docs");
    var index = Files.readString(docs.resolve("README.md"));
    try (var files = Files.list(docs)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".md") && !name.equals("README.md"))
          .hasSizeGreaterThan(10)
          .allSatisfy(name -> assertThat(index).contains("](" + name));
    }
  }

  @Test
  void everyClassOfTheArchitectureExists() throws IOException {
    var classes = new HashSet<String>();
    try (var files = Files.walk(ROOT)) {
      files
          .map(Path::toString)
          .filter(path -> path.endsWith(".java") && path.contains("/src/"))
          .forEach(
              path -> classes.add(path.substring(path.lastIndexOf('/') + 1).replace(".java", "")));
    }
    var named =
        CLASS_NAME
            .matcher(Files.readString(ROOT.resolve("docs/architecture.md")))
            .results()
            .map(name -> name.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(named).hasSizeGreaterThan(40);
    named.removeAll(classes);
    assertThat(named).as("named by the page, and no class of the project").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "docs/handlers.md, examples/java-handler/src/main/java/example/PrimesHandler.java",
    "docs/handlers.md,"
        + " examples/java-handler/src/main/resources/META-INF/services/dev.warrener.worker.TaskHandler",
  })
  void pageShowsTheFileAsItIs(String page, String file) throws IOException {
    assertThat(Files.readString(ROOT.resolve(page)))
        .contains(Files.readString(ROOT.resolve(file)).strip());
  }

  @Test
  void everyDecisionIsInTheList() throws IOException {
    var decisions = ROOT.resolve("docs/decisions");
    var list = Files.readString(decisions.resolve("README.md"));
    try (var files = Files.list(decisions)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.equals("README.md"))
          .isNotEmpty()
          .allSatisfy(
              name -> assertThat(list).contains("[" + name.substring(0, 4) + "](" + name + ")"));
    }
  }

  @Test
  void everyTestThatAPageNamesExists() throws IOException {
    var tests = new HashMap<String, String>();
    try (var files = Files.walk(ROOT)) {
      for (var file : files.filter(path -> TEST_FILE.matcher(path.toString()).find()).toList()) {
        tests.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
      }
    }
    var missing = new ArrayList<String>();
    int named = 0;
    for (var page : pages()) {
      var name = TEST_NAME.matcher(Files.readString(page));
      while (name.find()) {
        named++;
        var text = tests.get(name.group(1));
        if (text == null
            || (name.group(2) != null && !text.contains("void " + name.group(2) + "("))) {
          missing.add(ROOT.relativize(page) + ": " + name.group());
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(50);
  }

  @Test
  void everyPromiseNamesATest() throws IOException {
    var promises =
        Files.readAllLines(ROOT.resolve("docs/guarantees.md")).stream()
            .filter(line -> line.startsWith("| "))
            .filter(line -> !line.matches("\\| (promise|---) .*"))
            .toList();

    assertThat(promises)
        .hasSizeGreaterThan(30)
        .allSatisfy(promise -> assertThat(TEST_NAME.matcher(promise).find()).as(promise).isTrue());
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> examples = Files.walk(ROOT.resolve("examples"))) {
      return Stream.of(top, docs, examples)
          .flatMap(paths -> paths)
          .filter(path -> path.toString().endsWith(".md"))
          .toList();
    }
  }

  /** Returns the anchors that GitHub gives a page's headings. */
  private static Set<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(withoutCode(Files.readString(page)))
        .results()
        .map(heading ->
            heading
                .group(1)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static String withoutCode(String page) {
    return CODE_BLOCK.matcher(page).replaceAll("");
  }
}
