package dev.warrener.testbroker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherFactory;

class NotRunListenerTest {
  @Test
  void listsEachTestThatWasLeftOutUnderItsReason() {
    var out = run(WithSomeLeftOut.class, AllLeftOut.class);

    assertThat(out)
        .contains("NOT TESTED HERE: 4 tests were left out")
        .contains(
            """
              no streams
                - NotRunListenerTest.AllLeftOut.one
                - NotRunListenerTest.AllLeftOut.two
                - NotRunListenerTest.WithSomeLeftOut.first
            """)
        .contains(
            """
              no users
                - NotRunListenerTest.WithSomeLeftOut.second
            """)
        .doesNotContain("runs");
  }

  @Test
  void listsEachTestThatGaveUpItself() {
    assertThat(run(WithOneThatGivesUp.class))
        .contains("NOT TESTED HERE: 1 test was left out")
        .contains("Assumption failed: no root")
        .contains("NotRunListenerTest.WithOneThatGivesUp.givesUp");
  }

  @Test
  void saysNothingWhenEverythingRan() {
    assertThat(run(NothingLeftOut.class)).isEmpty();
  }

  @Test
  void isFoundByJUnit() {
    assertThat(ServiceLoader.load(TestExecutionListener.class))
        .hasAtLeastOneElementOfType(NotRunListener.class);
  }

  @Test
  void aTestIsLeftOutForWhatTheBrokerLacks() {
    var embedded = EnumSet.of(Capability.RESTARTS);
    var given = EnumSet.of(Capability.RABBITMQ);
    var all = EnumSet.allOf(Capability.class);

    assertThat(reason("streams", embedded)).isEqualTo("needs RabbitMQ: streams");
    assertThat(reason("streams", given)).isNull();
    assertThat(reason("alarms", given))
        .isEqualTo("needs a broker that the test may kill, freeze and starve: alarms");
    assertThat(reason("alarms", all)).isNull();
  }

  private static @Nullable String reason(String method, Set<Capability> has) {
    try {
      var needs = Marked.class.getDeclaredMethod(method).getAnnotation(NeedsRabbitMq.class);
      var result = NeedsRabbitMqCondition.evaluate(needs, has);
      return result.isDisabled() ? result.getReason().orElseThrow() : null;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  private static String run(Class<?>... classes) {
    var bytes = new ByteArrayOutputStream();
    var listener = new NotRunListener(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    var request = request();
    for (var ofTests : classes) {
      request.selectors(selectClass(ofTests));
    }
    LauncherFactory.create(
            LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build())
        .execute(request.forExecution().listeners(listener).build());
    return bytes.toString(StandardCharsets.UTF_8);
  }

  static final class Marked {
    @NeedsRabbitMq("streams")
    void streams() {}

    @NeedsRabbitMq(value = "alarms", with = Capability.FAULTS)
    void alarms() {}
  }

  static final class WithSomeLeftOut {
    @Test
    @Disabled("no streams")
    void first() {}

    @Test
    @Disabled("no users")
    void second() {}

    @Test
    void runs() {}
  }

  @Disabled("no streams")
  static final class AllLeftOut {
    @Test
    void one() {}

    @Test
    void two() {}
  }

  static final class WithOneThatGivesUp {
    @Test
    void givesUp() {
      assumeTrue(false, "no root");
    }
  }

  static final class NothingLeftOut {
    @Test
    void runs() {}
  }
}
