package dev.warrener.e2e;

import static dev.warrener.e2e.fixture.TestFleet.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.e2e.fixture.CommandResult;
import dev.warrener.e2e.fixture.TestFleet;
import dev.warrener.worker.TaskHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Handlers as teams deliver them: with libraries of their own, and sometimes broken. */
@Tag("processes")
class HandlerJarsIT {
  @RegisterExtension private final TestFleet fleet = TestFleet.onSharedBroker();

  @Test
  void twoTeamsHandlersHaveTheirOwnVersionsOfALibrary() throws IOException {
    var mail = team("mail", "return \"version 1\";");
    var print = team("print", "return \"version 2\";");

    fleet.controller("java", "--queue", "work=1", "--handlers", mail + "," + print);

    assertThat(text(fleet.run("publish", "work", "mail", "null", "--wait")))
        .contains("succeeded: \"version 1\"");
    assertThat(text(fleet.run("publish", "work", "print", "null", "--wait")))
        .contains("succeeded: \"version 2\"");
  }

  @Test
  void handlerThatCanNotBeMadeIsMissingAlone() throws IOException {
    var mail = team("mail", "return \"version 1\";");
    var print = team("print", "throw new IllegalStateException(\"no licence\");");

    var controller =
        fleet.controller(
            "java",
            "--queue",
            "work=1",
            "--handlers",
            mail + "," + print,
            "--set",
            "queue.work.max-attempts=1");

    assertThat(text(fleet.run("publish", "work", "mail", "null", "--wait"))).contains("succeeded");
    assertThat(text(fleet.run("publish", "work", "print", "null", "--wait")))
        .contains("no handler \"print\" here", "print.Handler can't be made", "no licence");
    assertThat(controller.text())
        .containsPattern("WARN .*goes on without a handler: the handler print.Handler can't be");
    var doctor = fleet.run("doctor");
    assertThat(doctor.status()).as(text(doctor)).isEqualTo(3);
    assertThat(text(doctor)).contains("print.Handler can't be made", "no licence");
  }

  @Test
  void controllerNoneOfWhoseHandlersCanBeMadeEndsWithTheSentence() throws Exception {
    var print = team("print", "throw new IllegalStateException(\"no licence\");");

    var controller = fleet.startController("java", "--queue", "work=2", "--handlers", print);

    await("the controller ends").atMost(LONG).until(() -> !controller.isAlive());
    assertThat(controller.process().exitValue()).as(controller.text()).isEqualTo(78);
    assertThat(controller.text())
        .contains("no worker can be started as it is configured: ")
        .contains("none of the handlers can be used: the handler print.Handler can't be made");
  }

  /** Returns the folder of a team, whose handler asks the library as it is made. */
  private String team(String name, String library) throws IOException {
    var sources = Files.createDirectories(fleet.folder().resolve(name + "-sources"));
    var classes = Files.createDirectories(fleet.folder().resolve(name));
    var files = new ArrayList<Path>();
    files.add(
        Files.writeString(
            sources.resolve("Library.java"),
            "package library; public class Library { public static String name() { %s } }"
                .formatted(library)));
    files.add(
        Files.writeString(
            sources.resolve("Handler.java"),
            """
            package %s;
            import dev.warrener.worker.*;
            public class Handler implements TaskHandler {
              private final String version = library.Library.name();
              public String name() { return "%s"; }
              public TaskResult handle(TaskContext context, byte[] input) {
                return TaskResult.json("\\"" + version + "\\"");
              }
            }
            """
                .formatted(name, name)));
    var arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", classes.toString()));
    arguments.add("-cp");
    arguments.add(TaskHandler.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    files.forEach(file -> arguments.add(file.toString()));
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.toArray(String[]::new)))
        .isZero();
    var service = classes.resolve("META-INF/services/" + TaskHandler.class.getName());
    Files.createDirectories(service.getParent());
    Files.writeString(service, name + ".Handler\n");
    return classes.toString();
  }

  /** Returns what a terminal would show. */
  private static String text(CommandResult result) {
    return result.out() + result.err();
  }
}
