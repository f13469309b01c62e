package dev.warrener.e2e.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.Console;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows: which module may use which, and inside a module which package may use which. */
class ArchitectureTest {
  private static final String ROOT = "dev.warrener.";
  private static final String BROKER = ROOT + "messaging.broker";
  private static final String CONTROLLER = ROOT + "controller";

  static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // JMH generates classes into the packages of its benchmarks.
          .withImportOption(location -> !location.contains("jmh_generated"))
          .importPackages("dev.warrener");

  /** A line for each module: the other modules that it may use. */
  private static final Map<String, Set<String>> MODULES =
      table(
          """
          messaging:
          worker:
          embedded:
          producer: messaging
          operator: messaging
          controller: messaging worker
          ops: messaging producer operator worker controller embedded
          testbroker: embedded
          bench: messaging producer operator worker controller embedded ops testbroker
          """);

  /** A line for each package: the other packages of its module that it may use. */
  private static final Map<String, Set<String>> PACKAGES =
      table(
          """
          messaging:
          messaging.task: messaging
          messaging.order: messaging
          messaging.report: messaging messaging.order messaging.task
          messaging.json: messaging.order messaging.task
          messaging.text:
          messaging.time:
          messaging.local: messaging
          messaging.broker: messaging messaging.task messaging.json messaging.time \
            messaging.broker.wire
          messaging.broker.publishing: messaging messaging.task messaging.broker
          messaging.broker.wire:
          messaging.broker.tasks: messaging messaging.task messaging.broker
          messaging.broker.orders: messaging messaging.task messaging.order messaging.report \
            messaging.json messaging.time messaging.broker messaging.broker.publishing
          messaging.broker.reports: messaging messaging.task messaging.report \
            messaging.json messaging.broker messaging.broker.publishing
          messaging.broker.admin: messaging messaging.task messaging.report \
            messaging.broker messaging.broker.publishing messaging.broker.tasks \
            messaging.broker.orders messaging.broker.reports

          worker:
          worker.builtin: worker worker.json
          worker.frame:
          worker.json:
          worker.process: worker worker.builtin worker.frame worker.json
          worker.testing: worker

          embedded:

          producer:
          producer.publish: producer

          operator: operator.connection operator.order operator.rollcall operator.text
          operator.connection: operator.rollcall
          operator.order: operator.connection operator.rollcall
          operator.rollcall: operator.text
          operator.text:

          controller: controller.audit controller.configuration controller.death controller.fleet \
            controller.fleet.state controller.inbox controller.local controller.process \
            controller.process.linux controller.process.pipe controller.warmup
          controller.audit: controller.fleet controller.fleet.state
          controller.configuration: controller.fleet.state controller.process \
            controller.process.linux
          controller.death:
          controller.fleet: controller.death controller.fleet.state
          controller.fleet.state: controller.death
          controller.inbox: controller.death controller.fleet controller.fleet.state \
            controller.process
          controller.local: controller.configuration controller.fleet controller.fleet.state \
            controller.process controller.process.linux
          controller.process: controller.death controller.process.linux \
            controller.process.pipe
          controller.process.linux:
          controller.process.pipe: controller.death controller.process.linux
          controller.warmup: controller.audit controller.death controller.fleet \
            controller.fleet.state \
            controller.process controller.process.linux

          ops: ops.command ops.screen
          ops.command: ops.dead ops.demo ops.invocation ops.log ops.order ops.publish ops.screen \
            ops.view
          ops.dead: ops.invocation ops.screen
          ops.demo: ops.invocation ops.order ops.screen
          ops.invocation: ops.screen
          ops.log:
          ops.order: ops.invocation ops.screen
          ops.publish: ops.invocation ops.screen
          ops.screen:
          ops.training: ops ops.command ops.demo ops.log ops.screen
          ops.view: ops.invocation ops.screen

          testbroker:
          testbroker.hostile:

          bench: bench.figures bench.page bench.rig bench.subject bench.suite
          bench.figures:
          bench.handler:
          bench.micro:
          bench.page: bench.figures
          bench.rig: bench.handler
          bench.subject: bench.figures bench.handler bench.rig
          bench.suite: bench.figures bench.handler bench.micro bench.rig bench.subject
          """);

  private static Map<String, Set<String>> table(String lines) {
    var table = new TreeMap<String, Set<String>>();
    for (var line : lines.lines().filter(one -> !one.isBlank()).toList()) {
      var parts = line.split(":", -1);
      var used = new TreeSet<>(Set.of(parts[1].strip().split(" +", -1)));
      used.remove("");
      table.put(parts[0], used);
    }
    return table;
  }

  static Stream<Map.Entry<String, Set<String>>> modules() {
    return MODULES.entrySet().stream();
  }

  static Stream<Map.Entry<String, Set<String>>> packages() {
    return PACKAGES.entrySet().stream();
  }

  @Test
  void everyModuleAndEveryPackageHasALine() {
    var modules = new TreeSet<String>();
    var packages = new TreeSet<String>();
    for (var type : ALL) {
      var name = type.getPackageName().substring(ROOT.length());
      modules.add(module(name));
      packages.add(name);
    }
    assertThat(modules).isEqualTo(MODULES.keySet());
    assertThat(packages).isEqualTo(PACKAGES.keySet());
  }

  @ParameterizedTest
  @MethodSource("modules")
  void modulesUseWhatTheirLineSays(Map.Entry<String, Set<String>> line) {
    var own = inModules(Set.of(line.getKey()));
    noClasses()
        .that(own)
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.warrener..").and(not(own)).and(not(inModules(line.getValue()))))
        .check(ALL);
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packagesUseWhatTheirLineSays(Map.Entry<String, Set<String>> line) {
    var own = inPackages(Set.of(line.getKey()));
    noClasses()
        .that(own)
        .should()
        .dependOnClassesThat(
            inModules(Set.of(module(line.getKey())))
                .and(not(own))
                .and(not(inPackages(line.getValue()))))
        .check(ALL);
  }

  private static String module(String name) {
    return name.split("\\.", 2)[0];
  }

  private static DescribedPredicate<JavaClass> inModules(Set<String> names) {
    return resideInAnyPackage(
        names.stream().map(name -> ROOT + name + "..").toArray(String[]::new));
  }

  private static DescribedPredicate<JavaClass> inPackages(Set<String> names) {
    return resideInAnyPackage(names.stream().map(name -> ROOT + name).toArray(String[]::new));
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.warrener.(**)").should().beFreeOfCycles().check(ALL);
  }

  // Libraries and the terminal.

  @Test
  void onlyMessagingUsesTheBrokersClient() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "messaging..", ROOT + "testbroker..", ROOT + "bench..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.rabbitmq..")
        .check(ALL);
  }

  @Test
  void onlyCommandLinesUsePicocli() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "ops..", ROOT + "bench..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(ALL);
  }

  @Test
  void workerUsesNothingButTheJdk() {
    classes()
        .that()
        .resideInAPackage(ROOT + "worker..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(ROOT + "worker..", "java..", "sun.misc..", "org.jspecify.annotations..")
        .check(ALL);
  }

  @Test
  void operatorHasNoTerminal() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "operator..")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Console.class)
        .orShould()
        .accessField(System.class, "in")
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(ALL);
  }

  // Arrows between packages of different modules.

  @Test
  void processLayerKnowsNoBrokerAndNoTask() {
    noClasses()
        .that()
        .resideInAPackage(CONTROLLER + ".process..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "messaging..")
        .check(ALL);
  }

  @Test
  void linuxLayerKnowsNothingOfWarrener() {
    noClasses()
        .that()
        .resideInAPackage(CONTROLLER + ".process.linux..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.warrener..")
                .and(not(resideInAPackage(CONTROLLER + ".process.linux.."))))
        .check(ALL);
  }

  @Test
  void pureFleetActsOnNothing() {
    noClasses()
        .that()
        .resideInAPackage(CONTROLLER + ".fleet..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            BROKER + "..", "org.slf4j..", "java.io..", "java.net..", "java.util.concurrent..")
        .check(ALL);
  }

  @Test
  void rollCallKnowsNoBroker() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "operator.rollcall..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(BROKER + "..")
        .check(ALL);
  }

  // A worker process of a benchmark loads the worker's jar and these.
  @Test
  void handlersOfBenchmarksUseTheWorkerAlone() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "bench.handler..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.warrener..")
                .and(not(resideInAnyPackage(ROOT + "bench.handler..", ROOT + "worker.."))))
        .check(ALL);
  }
}
