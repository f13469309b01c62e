package dev.warrener.testbroker;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Lists on stderr, at the end of a run, the tests that were skipped and why. JUnit finds it by
 * itself in every module that has this one on its class path, so no test is skipped silently.
 */
public final class NotRunListener implements TestExecutionListener {
  private static final String RULE = "=".repeat(100);

  private final PrintStream out;
  private final Map<String, TreeSet<String>> namesByReason = new TreeMap<>();
  private @Nullable TestPlan plan;

  /** Prints to stderr. */
  public NotRunListener() {
    this(System.err);
  }

  NotRunListener(PrintStream out) {
    this.out = out;
  }

  @Override
  public synchronized void testPlanExecutionStarted(TestPlan testPlan) {
    plan = testPlan;
    namesByReason.clear();
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier skipped, String reason) {
    var names = namesByReason.computeIfAbsent(reason, key -> new TreeSet<>());
    var below =
        plan == null ? Stream.<TestIdentifier>empty() : plan.getDescendants(skipped).stream();
    Stream.concat(Stream.of(skipped), below)
        .filter(TestIdentifier::isTest)
        .map(NotRunListener::name)
        .forEach(names::add);
    if (names.isEmpty()) {
      names.add(name(skipped));
    }
  }

  /** A test that found out itself that it can't run here. */
  @Override
  public synchronized void executionFinished(TestIdentifier finished, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      var reason = result.getThrowable().map(Throwable::getMessage).orElse("it gave no reason");
      namesByReason.computeIfAbsent(reason, key -> new TreeSet<>()).add(name(finished));
    }
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan testPlan) {
    if (!namesByReason.isEmpty()) {
      out.println(String.join(System.lineSeparator(), lines()));
    }
  }

  private List<String> lines() {
    long count = namesByReason.values().stream().mapToLong(TreeSet::size).sum();
    var lines = Stream.<String>builder();
    lines.add(RULE);
    lines.add(
        "NOT TESTED HERE: "
            + count
            + (count == 1 ? " test was" : " tests were")
            + " left out, for the reasons below. RabbitMQ is there with Docker, or where"
            + " rabbitmq-server is installed, or by WARRENER_TEST_BROKER.");
    namesByReason.forEach((reason, names) -> {
      lines.add("  " + reason);
      names.forEach(name -> lines.add("    - " + name));
    });
    lines.add(RULE);
    return lines.build().toList();
  }

  private static String name(TestIdentifier test) {
    var source = test.getSource().orElse(null);
    if (source instanceof MethodSource method) {
      return simple(method.getClassName()) + "." + method.getMethodName();
    }
    if (source instanceof ClassSource ofClass) {
      return simple(ofClass.getClassName());
    }
    return test.getDisplayName();
  }

  private static String simple(String className) {
    return className.substring(className.lastIndexOf('.') + 1).replace('$', '.');
  }
}
