package dev.warrener.e2e.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callConstructorWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.conditions.ArchConditions.never;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import dev.warrener.messaging.text.Printable;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Nothing leaves to a terminal or a log but through the one place that makes text of others
 * harmless: {@code messaging.text.Printable}, by way of {@code ops.screen.Lines}, of the log's
 * layout, and of the audit log's lines.
 */
class PrintedTextTest {
  private static final String OPS = "dev.warrener.ops.";

  /** Prints failures of its own threads as the JDK does: only its own names are in them. */
  private static final String EMBEDDED = "dev.warrener.embedded.EmbeddedBroker";

  /** Everything that runs in a command or a controller. A worker's output goes through its log. */
  private static final DescribedPredicate<JavaClass> OURS =
      resideInAnyPackage(
          "dev.warrener.messaging..",
          "dev.warrener.producer..",
          "dev.warrener.operator..",
          "dev.warrener.controller..",
          "dev.warrener.ops..",
          "dev.warrener.embedded..");

  private static DescribedPredicate<JavaClass> allBut(String... names) {
    var exceptions = Set.of(names);
    return OURS.and(
        DescribedPredicate.describe(
            "are none of " + new TreeSet<>(exceptions),
            candidate -> !exceptions.contains(candidate.getName().replaceFirst("\\$.*", ""))));
  }

  private static void forbid(
      DescribedPredicate<JavaClass> classes, ArchCondition<JavaClass> condition) {
    classes().that(classes).should(never(condition)).check(ArchitectureTest.ALL);
  }

  private static DescribedPredicate<JavaAccess<?>> target(
      DescribedPredicate<? super AccessTarget> name, Class<?>... owners) {
    return DescribedPredicate.describe(
        "write",
        access ->
            name.test(access.getTarget())
                && belongToAnyOf(owners).or(type(owners[0])).test(access.getTargetOwner()));
  }

  @Test
  void onlyLinesWriteToStreams() {
    forbid(
        allBut(OPS + "screen.Lines", EMBEDDED),
        callMethodWhere(
            target(
                nameMatching("print|println|printf|format|append|write"),
                PrintStream.class,
                PrintWriter.class)));
  }

  /** Main opens the process's own streams by their descriptors and passes them on. */
  @Test
  void nobodyTakesTheProcessesStreams() {
    // The tree of commands for documents writes nothing.
    var classes = allBut(OPS + "command.WarrenerCommand", EMBEDDED);
    forbid(classes, accessField(System.class, "out"));
    forbid(classes, accessField(System.class, "err"));
  }

  @Test
  void onlyLinesPrintTraces() {
    forbid(
        allBut(OPS + "screen.Lines", EMBEDDED),
        callMethodWhere(
            DescribedPredicate.describe(
                "print a trace", call -> call.getTarget().getName().equals("printStackTrace"))));
  }

  /** Picocli writes help, which is ours; errors of arguments are written by Lines. */
  @Test
  void onlyPicocliGetsAWriterOfItsOwn() {
    forbid(
        allBut(OPS + "screen.Lines", OPS + "command.WarrenerCommand"),
        callConstructorWhere(
            DescribedPredicate.describe(
                "make a PrintWriter",
                call -> call.getTargetOwner().isEquivalentTo(PrintWriter.class))));
  }

  @Test
  void logIsWrittenByThePrintableLayoutAlone() {
    forbid(
        allBut(OPS + "log.PrintableLayout"),
        dependOnClassesThat(
            nameMatching(
                "ch\\.qos\\.logback\\.classic\\.(PatternLayout|encoder\\..*|layout\\..*)")));
    forbid(
        allBut(OPS + "log.LogConfiguration"),
        dependOnClassesThat(
            nameMatching(
                "ch\\.qos\\.logback\\.core\\.(encoder\\..*|ConsoleAppender|FileAppender)")));
  }

  @Test
  void everyWayOutGoesThroughPrintable() {
    var users = new TreeSet<String>();
    for (var user : ArchitectureTest.ALL.get(Printable.class).getDirectDependenciesToSelf()) {
      users.add(user.getOriginClass().getName().replaceFirst("\\$.*", ""));
    }

    assertThat(users)
        .contains(
            OPS + "screen.Lines",
            OPS + "screen.Style",
            OPS + "screen.Terminal",
            OPS + "log.PrintableLayout",
            "dev.warrener.controller.audit.AuditLine");
  }
}
