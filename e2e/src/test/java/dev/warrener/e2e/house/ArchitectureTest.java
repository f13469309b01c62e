package dev.warrener.e2e.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows between modules and packages. */
class ArchitectureTest {
  private static final String ROOT = "dev.warrener.";
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.warrener");

  @Test
  void messagingKnowsNoOtherModule() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "messaging..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "producer..",
            ROOT + "worker..",
            ROOT + "controller..",
            ROOT + "ops..",
            ROOT + "embedded..")
        .check(ALL);
  }

  @Test
  void onlyMessagingUsesTheBrokersClient() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + "producer..", ROOT + "worker..", ROOT + "controller..", ROOT + "ops..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.rabbitmq..")
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
  void producerKnowsMessagingAlone() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "producer..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "worker..", ROOT + "controller..", ROOT + "ops..", ROOT + "embedded..")
        .check(ALL);
  }

  @Test
  void controllerKnowsNeitherOpsNorProducerNorTheEmbeddedBroker() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "controller..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "ops..", ROOT + "producer..", ROOT + "embedded..")
        .check(ALL);
  }

  @Test
  void processLayerKnowsNoBrokerAndNoTask() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "controller.process..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "messaging..", ROOT + "controller.fleet..", ROOT + "controller")
        .check(ALL);
  }

  @Test
  void pureFleetActsOnNothing() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "controller.fleet..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "messaging.broker..",
            ROOT + "controller.process..",
            ROOT + "controller",
            "org.slf4j..",
            "java.io..",
            "java.net..",
            "java.util.concurrent..")
        .check(ALL);
  }

  @Test
  void stateOfTheFleetKnowsNoRule() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "controller.fleet.state..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "controller.fleet")
        .check(ALL);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.warrener.(*)..").should().beFreeOfCycles().check(ALL);
    slices().matching("dev.warrener.controller.(*)..").should().beFreeOfCycles().check(ALL);
  }
}
