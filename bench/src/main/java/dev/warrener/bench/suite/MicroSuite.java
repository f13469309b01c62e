package dev.warrener.bench.suite;

import dev.warrener.bench.micro.DecideBenchmark;
import dev.warrener.bench.micro.EnvelopeBenchmark;
import dev.warrener.bench.micro.FrameBenchmark;
import java.io.IOException;
import java.util.HashMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Measures single steps by JMH, each in a JVM of its own. */
public final class MicroSuite implements Suite {
  @Override
  public String name() {
    return "micro";
  }

  @Override
  public void run(SuiteRun run) throws IOException, InterruptedException {
    run.note("JMH, one fork each, average time of one call. A sample is one iteration.");
    var second = TimeValue.milliseconds(run.size(300, 1000));
    var options =
        new OptionsBuilder()
            .include(FrameBenchmark.class.getName())
            .include(EnvelopeBenchmark.class.getName())
            .include(DecideBenchmark.class.getName())
            .forks(1)
            .jvmArgs("-XX:+UseSerialGC")
            .warmupIterations(run.size(2, 5))
            .warmupTime(second)
            .measurementIterations(run.size(3, 5))
            .measurementTime(second)
            .output(run.programs().folder().resolve("jmh.log").toString())
            .build();
    try {
      for (var result : new Runner(options).run()) {
        keep(run, result);
      }
    } catch (RunnerException e) {
      throw new IOException("JMH failed: " + e.getMessage(), e);
    }
  }

  private static void keep(SuiteRun run, RunResult result) {
    var parameters = result.getParams();
    var name = parameters.getBenchmark();
    var conditions = new HashMap<String, String>();
    parameters.getParamsKeys().forEach(key -> conditions.put(key, parameters.getParam(key)));
    for (var benchmark : result.getBenchmarkResults()) {
      for (var iteration : benchmark.getIterationResults()) {
        run.add(
            "warrener",
            name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
            "µs/call",
            conditions,
            iteration.getPrimaryResult().getScore());
      }
    }
  }
}
