package dev.warrener.testbroker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests if a file system can't be made, frozen and thawed, tried once in each JVM. */
final class NeedsFrozenFileSystemCondition implements ExecutionCondition {
  private static final class Trial {
    /** Why it does not work, or null if it does. */
    static final @Nullable String FAILURE = run();

    private static @Nullable String run() {
      try {
        Path directory = Files.createTempDirectory("trial");
        try (var trial = FrozenFileSystem.make(directory)) {
          trial.freeze();
        }
        Files.delete(directory.resolve("frozen"));
        Files.delete(directory);
        return null;
      } catch (IOException e) {
        return e.getMessage();
      }
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Trial.FAILURE == null
        ? ConditionEvaluationResult.enabled("a file system can be frozen here")
        : ConditionEvaluationResult.disabled(
            "needs root, a loop device and fsfreeze, to stage a process that can't be killed: "
                + Trial.FAILURE);
  }
}
