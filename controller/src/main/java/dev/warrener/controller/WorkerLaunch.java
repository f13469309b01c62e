package dev.warrener.controller;

import dev.warrener.controller.configuration.ControllerConfiguration;
import dev.warrener.controller.process.pipe.FrameMemory;
import dev.warrener.worker.process.LaunchFlags;
import dev.warrener.worker.process.Worker;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The command and the environment with which worker processes are started.
 *
 * @param command program and arguments
 * @param environment the whole environment: the controller's own without Warrener's variables, so
 *     that no worker has the broker's address or password
 */
record WorkerLaunch(List<String> command, Map<String, String> environment) {

  /** The largest result of a worker that has no other limit: 64 MiB. */
  private static final long RESULT_BYTES = 64 << 20;

  /** The trained cache of classes, beside the worker's jar in a distribution. */
  private static final String CACHE = "worker.aot";

  static WorkerLaunch of(ControllerConfiguration configuration) {
    return new WorkerLaunch(command(configuration), environment(System.getenv()));
  }

  private static List<String> command(ControllerConfiguration configuration) {
    if (!configuration.workerCommand().isEmpty()) {
      return configuration.workerCommand();
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    var workerJar = workerJar();
    var cache = workerJar.resolveSibling(CACHE);
    command.addAll(
        Files.isRegularFile(cache) ? LaunchFlags.recommended(cache) : LaunchFlags.recommended());
    command.addAll(configuration.javaOptions());
    var classPath = new ArrayList<String>();
    classPath.add(workerJar.toString());
    configuration.handlers().forEach(jar -> classPath.add(jar.toString()));
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath));
    command.add(Worker.class.getName());
    command.addAll(resultLimit(FrameMemory.ofHeap().mostBytes()));
    command.add("--built-in");
    command.add(configuration.builtInHandlers().text());
    if (!configuration.exec().isEmpty()) {
      command.add("--exec");
      command.addAll(configuration.exec());
    }
    return List.copyOf(command);
  }

  /**
   * Returns the option that keeps results within the controller's memory for them; nothing if a
   * worker's own limit does.
   */
  static List<String> resultLimit(long memory) {
    long most = memory - FrameMemory.SMALL_BYTES;
    return most < RESULT_BYTES ? List.of("--max-result-bytes", Long.toString(most)) : List.of();
  }

  private static Path workerJar() {
    try {
      return Path.of(Worker.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the jar of the worker can't be located", e);
    }
  }

  static Map<String, String> environment(Map<String, String> own) {
    var environment = new TreeMap<>(own);
    environment.keySet().removeIf(name -> name.startsWith("WARRENER_"));
    return Map.copyOf(environment);
  }
}
