package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.warrener.testbroker.TestBroker;
import dev.warrener.testbroker.Vhost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What another user of this host tries against {@code kill --local} and against a controller. */
@Tag("processes")
@EnabledIf(
    value = "dev.warrener.ops.command.Stranger#isPossible",
    disabledReason = "needs root, to become another user")
class LocalForgeriesIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** The runtime directory that a controller of that user would have. */
  private static final Path STRANGERS = Path.of("/tmp/warrener-nobody");

  private final List<Process> strangers = new ArrayList<>();
  private Vhost vhost;
  private CommandLineFleet fleet;
  private String namespace;

  @BeforeEach
  void prepare() {
    vhost = TestBroker.get().freshVhost();
    // Without a chosen runtime directory a command reaches every controller of its namespace on
    // this host: other people's, too, unless nobody else has that namespace.
    namespace = "forgeries-" + ProcessHandle.current().pid();
    fleet = new CommandLineFleet(vhost.uri(), namespace);
  }

  @AfterEach
  void end() throws Exception {
    for (var stranger : strangers) {
      stranger.destroyForcibly().waitFor();
    }
    fleet.close();
    vhost.close();
  }

  @Test
  void fakeControllersOfAnotherUserConfirmNothingHoldNobodyUpAndNameNoVictim() throws Exception {
    assertThat(STRANGERS).as("left over, or a real controller's").doesNotExist();
    // Without a chosen runtime directory, a command looks into those of all users.
    var own = Map.of("WARRENER_RUNTIME_DIRECTORY", "");
    var controller =
        fleet.startController(
            "c1", 1, "--queue", "mail=1", "--set", "runtime-directory=" + fleet.folder());
    openUp(fleet.folder());
    try {
      var fake =
          Stranger.in(fleet.folder())
              .start(Map.of(), FakeController.class, STRANGERS.toString(), namespace);
      strangers.add(fake);
      assertThat(fake.inputReader().readLine()).isEqualTo("up");
      LocalIT.signal(controller, "STOP");
      try {
        var started = System.nanoTime();
        var ran = fleet.run(own, "kill", "--local", "--all", "-y", "--timeout", "2s").ends(124);

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(LONG);
        // The frozen one has not confirmed, whoever else has said so in its name.
        assertThat(ran.err())
            .contains("c1 has not answered")
            .contains("kill -KILL " + controller.pid() + "\"")
            .contains("mute has not answered")
            .contains(
                "mute: Nobody can tell which process it is: no visible process of user nobody")
            .doesNotContainPattern(Pattern.compile("\"kill -KILL 1\""));
        assertThat(ran.out()).contains("1 of 4 controllers confirmed").doesNotContain("CONFIRMED");
        assertThat(ran.out() + ran.err()).doesNotContain("\u001b", "\u0007");
      } finally {
        LocalIT.signal(controller, "CONT");
      }
    } finally {
      delete(STRANGERS);
    }
  }

  @Test
  void directoryOfAnotherUserIsNeitherUsedNorAsked() throws Exception {
    var place = fleet.folder().resolve("place");
    Files.createDirectory(place);
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    openUp(fleet.folder());
    var taken = place.resolve("warrener-root");
    var fake =
        Stranger.in(fleet.folder())
            .start(Map.of(), FakeController.class, taken.toString(), namespace);
    strangers.add(fake);
    assertThat(fake.inputReader().readLine()).isEqualTo("up");
    var there = Map.of("WARRENER_RUNTIME_DIRECTORY", taken.toString());

    assertThat(fleet.run(there, "kill", "--local", "--all", "-y").ends(4).err())
        .contains(taken + " belongs to user nobody, and its name promises another user");
    var controller =
        fleet.launchController("c1", "--queue", "mail=1", "--set", "runtime-directory=" + taken);
    assertThat(controller.awaitEnd(LONG)).isTrue();
    await("says why")
        .atMost(LONG)
        .until(() ->
            fleet.log().stream()
                .anyMatch(line -> line.contains(taken + " belongs to user nobody, who could")));
  }

  @Test
  void strangerBehindASocketInADirectoryOfOursIsNotBelieved() throws Exception {
    openUp(fleet.folder());
    var place = fleet.folder().resolve("place");
    Files.createDirectory(place);
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    var taken = place.resolve("run");
    var fake =
        Stranger.in(fleet.folder())
            .start(Map.of(), FakeController.class, taken.toString(), namespace);
    strangers.add(fake);
    assertThat(fake.inputReader().readLine()).isEqualTo("up");
    // As after a group had been let into the directory: who owns it says nothing about who answers.
    var self = Files.getOwner(Path.of("/proc/self"));
    Files.setOwner(taken, self);
    Files.setOwner(taken.resolve("control"), self);
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    var there = Map.of("WARRENER_RUNTIME_DIRECTORY", taken.toString());

    var ran = fleet.run(there, "kill", "--local", "--all", "-y", "--timeout", "2s").ends(77);

    assertThat(ran.err())
        .contains("c1@" + namespace + ".socket is answered by a process of user nobody")
        .contains("and belongs to " + self.getName());
    assertThat(ran.out()).doesNotContain("CONFIRMED", "confirmed");
  }

  @Test
  void idleConnectionsOfAnotherUserLockNobodyOut() throws Exception {
    fleet.startController("c1", 1, "--queue", "mail=1");
    openUp(fleet.folder());
    var socket = fleet.folder().resolve("run/control").resolve("c1@" + namespace + ".socket");
    // Whoever is in the controller's group may connect.
    var stranger = Stranger.in(fleet.folder()).withGroup("0");
    var greeted = new ArrayList<Integer>();
    for (int i = 0; i < 5; i++) {
      var caller = stranger.start(Map.of(), IdleCaller.class, socket.toString(), "10");
      strangers.add(caller);
      greeted.add(Integer.parseInt(caller.inputReader().readLine()));
    }

    assertThat(greeted).containsExactly(8, 8, 8, 8, 0);
    assertThat(fleet.run("kill", "--local", "--all", "-y").ends(0).out()).contains("CONFIRMED");
  }

  private static void openUp(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var files = Files.walk(folder)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
