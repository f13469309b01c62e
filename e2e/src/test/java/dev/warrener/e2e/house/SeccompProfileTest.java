package dev.warrener.e2e.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The seccomp profiles that the project brings, beside Docker's default (its source and licence are
 * in {@code src/test/resources/seccomp/README.md}).
 */
class SeccompProfileTest {
  /** CLONE_NEWUSER and CLONE_NEWPID, of linux/sched.h. */
  private static final long USER_AND_PID_NAMESPACE = 0x1000_0000L | 0x2000_0000L;

  private static final JsonNode DEFAULT = read("src/test/resources/seccomp/docker-default.json");
  private static final JsonNode OURS = read("../docker/warrener/seccomp.json");
  private static final JsonNode RESOLVED = read("../docker/kubernetes/seccomp.json");

  private static JsonNode read(String file) {
    return JsonMapper.shared().readTree(Path.of(file));
  }

  @Test
  void profileOfTheComposeFileIsTheDefaultAndOneRule() {
    var rules = list(OURS.get("syscalls"));

    assertThat(OURS.propertyNames()).isEqualTo(DEFAULT.propertyNames());
    for (var part : List.of("defaultAction", "defaultErrnoRet", "archMap")) {
      assertThat(OURS.get(part)).as(part).isEqualTo(DEFAULT.get(part));
    }
    assertThat(rules.subList(0, rules.size() - 1)).isEqualTo(list(DEFAULT.get("syscalls")));
    assertIsTheOneRule(rules.getLast());
  }

  /** A user namespace alone, or together with one of mounts or networks, is a larger target. */
  private static void assertIsTheOneRule(JsonNode rule) {
    assertThat(texts(rule.get("names"))).containsExactly("unshare");
    assertThat(rule.get("action").asString()).isEqualTo("SCMP_ACT_ALLOW");
    assertThat(rule.get("args")).hasSize(1);
    var flags = rule.at("/args/0");
    assertThat(flags.get("index").asInt()).isZero();
    assertThat(flags.get("op").asString()).as("no other flag").isEqualTo("SCMP_CMP_EQ");
    assertThat(flags.get("value").asLong()).isEqualTo(USER_AND_PID_NAMESPACE);
    assertThat(rule.has("includes") || rule.has("excludes")).isFalse();
  }

  /** Kubernetes reads no conditions, so they are resolved: no capability, x86-64 or ARM64. */
  @Test
  void profileForKubernetesIsTheSameWithoutConditions() {
    var rules = list(RESOLVED.get("syscalls"));

    assertThat(RESOLVED.propertyNames())
        .containsExactlyInAnyOrder("defaultAction", "defaultErrnoRet", "architectures", "syscalls");
    assertThat(RESOLVED.get("defaultAction")).isEqualTo(DEFAULT.get("defaultAction"));
    assertThat(RESOLVED.get("defaultErrnoRet")).isEqualTo(DEFAULT.get("defaultErrnoRet"));
    assertThat(texts(RESOLVED.get("architectures"))).isEqualTo(architectures());
    assertThat(rules.subList(0, rules.size() - 1))
        .isEqualTo(
            list(DEFAULT.get("syscalls")).stream()
                .filter(SeccompProfileTest::isForUs)
                .map(SeccompProfileTest::withoutConditions)
                .toList());
    assertIsTheOneRule(rules.getLast());
  }

  private static Set<String> architectures() {
    var all = new TreeSet<String>();
    for (var architecture : DEFAULT.get("archMap")) {
      var name = architecture.get("architecture").asString();
      if (name.equals("SCMP_ARCH_X86_64") || name.equals("SCMP_ARCH_AARCH64")) {
        all.add(name);
        all.addAll(texts(architecture.get("subArchitectures")));
      }
    }
    return all;
  }

  private static boolean isForUs(JsonNode rule) {
    var architectures = texts(rule.at("/includes/arches"));
    return rule.at("/includes/caps").isMissingNode()
        && (architectures.isEmpty()
            || architectures.contains("amd64")
            || architectures.contains("arm64"));
  }

  private static JsonNode withoutConditions(JsonNode rule) {
    var plain = rule.deepCopy().asObject();
    plain.remove(List.of("includes", "excludes", "comment"));
    return plain;
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static Set<String> texts(JsonNode array) {
    return list(array).stream()
        .map(JsonNode::asString)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
