package dev.warrener.bench;

import dev.warrener.bench.figures.Machine;
import dev.warrener.bench.figures.Results;
import dev.warrener.bench.figures.ResultsFile;
import dev.warrener.bench.figures.SuiteResult;
import dev.warrener.bench.page.BenchmarkPages;
import dev.warrener.bench.rig.MeasuredBroker;
import dev.warrener.bench.subject.MeasuredPrograms;
import dev.warrener.bench.suite.CompilerSuite;
import dev.warrener.bench.suite.GrowthSuite;
import dev.warrener.bench.suite.KillSuite;
import dev.warrener.bench.suite.LatencySuite;
import dev.warrener.bench.suite.MicroSuite;
import dev.warrener.bench.suite.ProfileSuite;
import dev.warrener.bench.suite.StartSuite;
import dev.warrener.bench.suite.Suite;
import dev.warrener.bench.suite.SuiteRun;
import dev.warrener.bench.suite.ThroughputSuite;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code warrener bench}. */
@Command(
    name = "warrener bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures Warrener beside other programs, in turns on one broker, and writes the pages.",
      "",
      "Writes OUTPUT/benchmarks.md, and beside it the folder OUTPUT/benchmarks with results.json,"
          + " details.md and the charts. The new figures of a suite replace its old ones; the"
          + " figures of other suites stay."
    })
final class BenchCommand implements Callable<Integer> {
  private static final List<Suite> SUITES =
      List.of(
          new ThroughputSuite(),
          new LatencySuite(),
          new KillSuite(),
          new StartSuite(),
          new CompilerSuite(),
          new GrowthSuite(),
          new MicroSuite(),
          new ProfileSuite());

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--broker",
      paramLabel = "WHICH",
      defaultValue = "${env:WARRENER_BROKER:-private}",
      description =
          "The broker to measure on: private (a new node of this machine's rabbitmq-server), docker"
              + " (a container), or an address. Put an address with a password into"
              + " WARRENER_BROKER. Default: private.")
  private String broker = "private";

  @Option(
      names = "--only",
      paramLabel = "SUITE",
      split = ",",
      description =
          "Runs these suites only: throughput, latency, kill, start, compiler, growth, micro,"
              + " profile.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--quick",
      description = "Uses small sizes: everything takes a few minutes, and figures are rough.")
  private boolean quick;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "The number of turns of each program (default: 5, with --quick 3).")
  private @Nullable Integer rounds;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      description =
          "The folder to write into (default: bench/target/report). With docs, the project's own"
              + " pages are replaced.")
  private Path output =
      Path.of(System.getProperty("warrener.bench.root", "."), "bench/target/report");

  @Option(
      names = "--page",
      description = "Measures nothing, and makes the pages from OUTPUT/benchmarks/results.json.")
  private boolean pageOnly;

  @Option(
      names = "--distribution",
      paramLabel = "FOLDER",
      hidden = true,
      description = "The folder with Warrener's bin and lib.")
  private Path distribution = Path.of("ops/target/warrener");

  private int failures;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var chosen = chosen();
    var file = new ResultsFile(output.resolve("benchmarks/results.json"));
    if (pageOnly) {
      write(file.readAny());
      return 0;
    }
    var results = file.read(Machine.here());
    var folder = Files.createTempDirectory("warrener-bench-");
    try {
      var programs = new MeasuredPrograms(distribution.toAbsolutePath(), folder);
      for (var suite : chosen) {
        results = results.with(run(suite, programs));
        file.write(results);
        write(results);
      }
    } finally {
      delete(folder);
    }
    return failures == 0 ? 0 : 1;
  }

  private List<Suite> chosen() {
    for (var name : only) {
      if (SUITES.stream().noneMatch(suite -> suite.name().equals(name))) {
        throw new ParameterException(
            commandSpec().commandLine(), "there is no suite named " + name);
      }
    }
    return SUITES.stream().filter(suite -> only.isEmpty() || only.contains(suite.name())).toList();
  }

  private CommandSpec commandSpec() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec;
  }

  private SuiteResult run(Suite suite, MeasuredPrograms programs)
      throws IOException, InterruptedException {
    say("== " + suite.name());
    double load = Machine.load();
    var startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    long begin = System.nanoTime();
    try (var measured = MeasuredBroker.of(broker)) {
      say("   on " + measured.description());
      int turns = rounds != null ? rounds : quick ? 3 : 5;
      var run = new SuiteRun(measured, programs, turns, quick, this::say);
      try {
        suite.run(run);
      } catch (IOException | RuntimeException e) {
        // The figures so far are kept, and the other suites still run.
        run.broke(e);
        failures++;
      }
      return new SuiteResult(
          suite.name(),
          startedAt,
          (System.nanoTime() - begin) / 1_000_000,
          typed(suite),
          measured.description(),
          turns,
          load,
          Machine.load(),
          run.versions(),
          run.missing(),
          run.notes(),
          run.recorder().measurements());
    }
  }

  /** Returns the command that runs this suite again with the same options. */
  private String typed(Suite suite) {
    return "./warrener bench --only "
        + suite.name()
        + (broker.startsWith("amqp") ? "" : " --broker " + broker)
        + (quick ? " --quick" : "")
        + (rounds == null ? "" : " --rounds " + rounds);
  }

  private void write(Results results) throws IOException {
    new BenchmarkPages(results).write(output);
    say("written: " + output.resolve("benchmarks.md"));
  }

  private void say(String line) {
    PrintWriter out = commandSpec().commandLine().getErr();
    out.println(line);
    out.flush();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
