package dev.warrener.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The project's pages. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..");

  /** A link to a file of the project: no scheme, and not only an anchor. */
  private static final Pattern LINK = Pattern.compile("]\\(([^):#]+)(?:#[^)]*)?\\)");

  /** A test, by its class and perhaps its method, as the pages name it. */
  private static final Pattern TEST_NAME =
      Pattern.compile("`([A-Z][A-Za-z]*(?:IT|Test))(?:\\.([a-zA-Z]+))?`");

  private static final Pattern TEST_FILE = Pattern.compile("/src/test/java/.*(IT|Test)\\.java$");

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    var broken = new ArrayList<String>();
    for (var page : pages()) {
      var link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          broken.add(ROOT.relativize(page) + " -> " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
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
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs).filter(path -> path.toString().endsWith(".md")).toList();
    }
  }
}
