package dev.warrener.controller.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretsTest {

  @Test
  void valuesOfJavaOptionsAreNotLogged() {
    var described =
        described(
            "worker.java-options",
            "-Xmx512m -XX:MaxRAMPercentage=50 -Ddb.password=geheim -javaagent:apm.jar=key=geheim"
                + " --enable-preview");

    assertThat(described)
        .isEqualTo(
            "-Xmx512m -XX:MaxRAMPercentage=50 -Ddb.password=*** -javaagent:apm.jar=***"
                + " --enable-preview");
  }

  @Test
  void valuesOfOptionsOfACommandAreNotLogged() {
    assertThat(Secrets.hidden(List.of("run", "--api-key=geheim", "--token", "geheim", "-q", "x")))
        .isEqualTo("run --api-key=*** --token *** -q x");
    assertThat(described("exec", "sh -c --password=geheim")).isEqualTo("sh -c --password=***");
    assertThat(described("worker.command", "sh --password=geheim")).isEqualTo("sh --password=***");
  }

  private static String described(String key, String value) {
    var read = ConfigurationReader.read(null, Map.of(key, value, "queue.q.workers", "1"));
    return String.valueOf(read.describe().get(key));
  }
}
