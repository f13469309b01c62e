package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.messaging.local.LocalSockets;
import dev.warrener.ops.Main;
import dev.warrener.ops.demo.ControllerProcess;
import dev.warrener.ops.invocation.BrokerResolution;
import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import tools.jackson.databind.JsonNode;

/** Orders over the control sockets of this host, while the broker is there. */
@Tag("processes")
class LocalIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private Vhost vhost;
  private CommandLineFleet fleet;

  @BeforeEach
  void prepare() {
    vhost = TestBroker.get().freshVhost();
    fleet = new CommandLineFleet(vhost.uri(), vhost.namespace());
  }

  @AfterEach
  void end() {
    fleet.close();
    vhost.close();
  }

  @Test
  void killsOnThisHostAloneAndReportsAsABroadcastDoes() throws IOException {
    var other = fleet.folder().resolve("other-host").toString();
    fleet.startController("here", 1, "--queue", "mail=1", "--set", "queue.mail.look-ahead=0");
    fleet.startController(
        "there",
        1,
        "--queue",
        "mail=1",
        "--set",
        "queue.mail.look-ahead=0",
        "--set",
        "runtime-directory=" + other);
    publishSleepers(2);
    await("both busy")
        .atMost(LONG)
        .until(() -> fleet.count("busy", "here") + fleet.count("busy", "there") == 2);
    var spared = pids("there");

    var local = fleet.run("kill", "--local", "--all", "-y", "-o", "json").ends(0).json();

    assertThat(local.at("/controllers")).hasSize(1);
    assertThat(local.at("/controllers/0/controller").asString()).isEqualTo("here");
    assertThat(local.at("/controllers/0/state").asString()).isEqualTo("held");
    assertThat(local.at("/controllers/0/workers")).hasSize(1);
    assertThat(local.at("/controllers/0/workers/0/treeEmpty").booleanValue()).isTrue();
    assertThat(local.at("/controllers/0/fates/requeued").intValue()).isEqualTo(1);
    assertThat(pids("there")).isEqualTo(spared).allMatch(LocalIT::lives);

    var audit = auditLog("here");
    await("written down").atMost(LONG).until(() -> Files.readString(audit).contains("order.done"));
    assertThat(Files.readString(audit))
        .contains("\"type\":\"order.accepted\"")
        .contains("\"origin\":\"local\"")
        .contains("\"fate\":\"requeued\"");
    assertThat(fleet.run("audit", "verify", audit.toString()).ends(0).out()).startsWith("HOLDS");
    var forged = fleet.folder().resolve("forged.jsonl");
    Files.writeString(forged, Files.readString(audit).replace("\"local\"", "\"broker\""));
    assertThat(fleet.run("audit", "verify", forged.toString()).ends(3).out())
        .startsWith("BROKEN")
        .contains("it does not follow the line before it");

    // The other host takes no part, and an order by the broker looks the same.
    var broadcast = fleet.run("kill", "--all", "-y", "-o", "json").ends(0).json();
    assertThat(names(broadcast)).isEqualTo(names(local));
    assertThat(names(broadcast.at("/controllers/0")))
        .containsAll(names(local.at("/controllers/0")));
    assertThat(fleet.run("status", "--local", "-o", "name").ends(0).out().lines())
        .containsExactly("here");
    fleet.run("resume", "--local", "--all").ends(0);
    await("a worker is back here").atMost(LONG).until(() -> !pids("here").isEmpty());
    assertThat(pids("there")).isEmpty();
  }

  @Test
  void hostWithoutControllerIsAnUnknownTargetAndADeadOnesSocketGoesAway() throws Exception {
    var nobody = fleet.run("kill", "--local", "--all", "-y").ends(4);
    assertThat(nobody.err()).contains("no controller of fleet").contains("runs on this host");

    var controller = fleet.startController("c1", 1, "--queue", "mail=1");
    var wrongFleet = fleet.run("kill", "--local", "--all", "-y", "--namespace", "else").ends(4);
    assertThat(wrongFleet.err()).contains("--namespace " + vhost.namespace());
    assertThat(fleet.run("kill", "--local", "--queue", "mial", "-y").ends(4).err())
        .contains("no queue mial; did you mean mail?");
    signal(controller, "KILL");
    assertThat(controller.awaitEnd(LONG)).isTrue();
    assertThat(sockets()).hasSize(1);

    fleet.run("kill", "--local", "--all", "-y").ends(4);

    assertThat(sockets()).isEmpty();
  }

  @Test
  void frozenControllerIsNamedWithWhatEndsIt() throws Exception {
    var controller = fleet.startController("c1", 1, "--queue", "mail=1");
    signal(controller, "STOP");
    try {
      var ran = fleet.run("kill", "--local", "--all", "-y", "--timeout", "1s").ends(124);

      assertThat(ran.err())
          .contains("c1 has not answered")
          .contains("kill -KILL " + controller.pid());
    } finally {
      signal(controller, "CONT");
    }
    // It finds the order in its socket.
    await("held").atMost(LONG).until(() -> pids("c1").isEmpty());
  }

  @Test
  void nobodyButItsUserItsGroupAndRootGetsToAController() throws Exception {
    fleet.startController("c1", 1, "--queue", "mail=1");
    var socket = sockets().getFirst();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-rw----");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
        .isEqualTo("rwxr-x---");
    assertThat(pids("c1")).hasSize(1).allMatch(LocalIT::lives);
  }

  @Test
  @EnabledIf(
      value = "dev.warrener.ops.command.Stranger#isPossible",
      disabledReason = "needs root, to become another user")
  void anotherUserIsShutOutAndRefusedEvenIfTheModesAreOpen() throws Exception {
    fleet.startController("c1", 1, "--queue", "mail=1");
    var socket = sockets().getFirst();
    openUp(fleet.folder());
    var stranger = Stranger.in(fleet.folder());
    var shutOut = runAs(stranger, "kill", "--local", "--all", "-y");
    assertThat(shutOut.status()).as("%s", shutOut).isEqualTo(77);
    assertThat(shutOut.err()).contains("is for user root");

    // Even if somebody has taken the modes away: the controller asks the kernel who it is.
    Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
    var refused = runAs(stranger, "kill", "--local", "--all", "-y");
    assertThat(refused.status()).as("%s", refused).isEqualTo(77);
    assertThat(refused.err()).contains("controller c1 takes no orders of this user");
    await("said")
        .atMost(LONG)
        .until(() ->
            fleet.log().stream()
                .anyMatch(
                    line -> line.contains("of user nobody: that user may not give orders here")));
    assertThat(pids("c1")).hasSize(1).allMatch(LocalIT::lives);
  }

  @Test
  void taskThatGivesAnOrderIsRefusedAndEachAttemptIsInTheAuditLog() throws Exception {
    var script = fleet.folder().resolve("task");
    Files.writeString(
        script,
        "export %s=%s %s=%s\n%s/bin/java -XX:TieredStopAtLevel=1 -cp %s %s kill --local --all -y\n"
            .formatted(
                LocalSockets.RUNTIME_DIRECTORY,
                fleet.folder().resolve("run"),
                BrokerResolution.NAMESPACE,
                vhost.namespace(),
                System.getProperty("java.home"),
                System.getProperty("java.class.path"),
                Main.class.getName()));
    fleet.startController("c1", 1, "--queue", "mail=1", "--set", "exec=sh " + script);

    for (int i = 0; i < 2; i++) {
      fleet.run("publish", "mail", "task", "{}", "--max-attempts", "1").ends(0);
    }

    await("both are recorded").atMost(LONG).until(() -> refusals("c1").size() == 2);
    assertThat(refusals("c1"))
        .allMatch(line -> line.contains("from process "))
        .allMatch(line -> line.contains("(java) of user " + System.getProperty("user.name")))
        .allMatch(line -> line.contains("tasks may not give orders"));
    assertThat(fleet.log())
        .anyMatch(line ->
            line.contains("refused a connection to the control socket from process")
                && line.contains("tasks may not give orders"));
    assertThat(pids("c1")).hasSize(1);
  }

  /** The lines about refusals in a controller's audit log. */
  private List<String> refusals(String controller) throws IOException {
    var audit = auditLog(controller);
    return Files.exists(audit)
        ? Files.readAllLines(audit).stream()
            .filter(line -> line.contains("\"type\":\"order.refused\""))
            .toList()
        : List.of();
  }

  private Path auditLog(String controller) {
    return fleet
        .folder()
        .resolve("state")
        .resolve(vhost.namespace())
        .resolve(controller)
        .resolve("audit.jsonl");
  }

  private void publishSleepers(int count) {
    fleet
        .run(
            "publish",
            "mail",
            "sleep",
            "{\"seconds\":60,\"steps\":60}",
            "--count",
            Integer.toString(count))
        .ends(0);
  }

  /** The processes of a controller's workers. */
  private List<Long> pids(String controller) {
    var pids = new ArrayList<Long>();
    for (var worker : fleet.run("ps", "--controller", controller, "-o", "json").ends(0).json()) {
      if (worker.has("pid")) {
        pids.add(worker.get("pid").longValue());
      }
    }
    return pids;
  }

  private List<Path> sockets() throws IOException {
    try (var files = Files.list(fleet.folder().resolve("run").resolve("control"))) {
      return files.toList();
    }
  }

  private static List<String> names(JsonNode node) {
    return List.copyOf(node.propertyNames());
  }

  static boolean lives(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  static void signal(ControllerProcess controller, String signal) throws Exception {
    new ProcessBuilder("kill", "-" + signal, Long.toString(controller.pid())).start().waitFor();
  }

  private static void openUp(Path folder) throws IOException {
    for (var each : List.of(folder, folder.resolve("run"))) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private CommandLineFleet.Ran runAs(Stranger stranger, String... arguments) throws Exception {
    var process = stranger.start(fleet.environment(), Main.class, arguments);
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new CommandLineFleet.Ran(process.waitFor(), "", said);
  }
}
