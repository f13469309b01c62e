package dev.warrener.e2e.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public API: what programs of publishers and operators, and handlers of tasks, may use. All
 * other packages of these modules are internal, although Java must call many of their classes
 * public.
 */
class PublicApiTest {
  private static final String ROOT = "dev.warrener.";

  /** The packages whose public classes are API. Their subpackages are not, unless they are here. */
  private static final List<String> API =
      List.of(
          // The records of the contract.
          ROOT + "messaging",
          ROOT + "messaging.task",
          ROOT + "messaging.order",
          ROOT + "messaging.report",
          // For publishers.
          ROOT + "producer",
          // For the authors of handlers.
          ROOT + "worker",
          ROOT + "worker.testing",
          // For the programs of operators.
          ROOT + "operator",
          ROOT + "operator.rollcall");

  /** The API of an internal package: where the broker is, and how it fails. */
  private static final List<String> SINGLE_CLASSES =
      Stream.of(
              "BrokerAddress",
              "BrokerAddress$Node",
              "BrokerException",
              "BrokerUnreachableException",
              "NotAllowedException",
              "NoSuchQueueException",
              "TopologyMismatchException",
              "ControllerIdTakenException",
              "IncompatibleLibraryException")
          .map(name -> ROOT + "messaging.broker." + name)
          .toList();

  /** The only class of a library that the API shows: the value of a result, as JSON. */
  private static final String JSON = "tools.jackson.databind.JsonNode";

  private static final List<String> MODULES =
      List.of("messaging", "producer", "worker", "operator");

  private static boolean isApi(JavaClass type) {
    return isVisible(type)
        && (API.contains(type.getPackageName()) || SINGLE_CLASSES.contains(type.getName()));
  }

  /** Whether a class can be named from outside: it is public, and so are those around it. */
  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(PublicApiTest::isVisible).orElse(true);
  }

  @Test
  void everyPackageSaysWhetherItIsApi() throws IOException {
    for (var module : MODULES) {
      var sources = Path.of("..", module, "src/main/java");
      try (var files = Files.walk(sources)) {
        for (var page : files.filter(file -> file.endsWith("package-info.java")).toList()) {
          var name = sources.relativize(page.getParent()).toString().replace('/', '.');
          var says = Files.readString(page);
          boolean isApi = API.contains(name);
          assertThat(says.contains("<b>Public API"))
              .as("%s is API", name)
              .isEqualTo(isApi || name.equals(ROOT + "messaging.broker"));
          assertThat(says.contains("<b>Internal.")).as("%s is internal", name).isEqualTo(!isApi);
        }
      }
    }
  }

  @Test
  void apiShowsOnlyTypesOfTheApiAndOfTheJdk() {
    classes()
        .that(describe("are API", PublicApiTest::isApi))
        .should(showOnlyApi())
        .check(ArchitectureTest.ALL);
  }

  private static ArchCondition<JavaClass> showOnlyApi() {
    return new ArchCondition<>("show only types of the API and of the JDK") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        type.getMembers().stream()
            .filter(PublicApiTest::isShown)
            .forEach(member ->
                shownBy(member)
                    .flatMap(shown -> shown.getAllInvolvedRawTypes().stream())
                    .map(JavaClass::getBaseComponentType)
                    .filter(shown -> !isAllowed(shown))
                    .distinct()
                    .forEach(shown ->
                        events.add(
                            violated(
                                type,
                                "%s shows %s".formatted(member.getFullName(), shown.getName())))));
      }
    };
  }

  private static boolean isShown(JavaMember member) {
    return (member.getModifiers().contains(JavaModifier.PUBLIC)
            || member.getModifiers().contains(JavaModifier.PROTECTED))
        && !member.getModifiers().contains(JavaModifier.SYNTHETIC)
        && !member.getModifiers().contains(JavaModifier.BRIDGE);
  }

  private static Stream<JavaType> shownBy(JavaMember member) {
    if (member instanceof JavaCodeUnit method) {
      return Stream.of(
              Stream.of(method.getReturnType()),
              method.getParameterTypes().stream(),
              method.getThrowsClause().stream().map(thrown -> (JavaType) thrown.getRawType()))
          .flatMap(types -> types);
    }
    return Stream.of(((JavaField) member).getType());
  }

  private static boolean isAllowed(JavaClass type) {
    return type.isPrimitive()
        || type.getPackageName().startsWith("java.")
        || type.getName().equals(JSON)
        || isApi(type);
  }
}
