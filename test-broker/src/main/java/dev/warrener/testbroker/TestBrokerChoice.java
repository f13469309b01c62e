package dev.warrener.testbroker;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the broker that the tests run on, once, at the first call. The broker or the failure is
 * kept. Thread-safe: its lock is held while the broker starts.
 */
final class TestBrokerChoice {
  static final TestBrokerChoice OF_THIS_JVM =
      new TestBrokerChoice(
          System.getenv("WARRENER_TEST_BROKER"),
          List.of(
              new Option("docker", DockerBroker::launch),
              new Option("private", PrivateNode::launch),
              new Option("embedded", EmbeddedTestBroker::launch)),
          uri -> GivenBroker.connect(uri, System.getenv("WARRENER_TEST_MANAGEMENT")),
          line -> System.err.println("[test-broker] " + line));

  /** Starts a broker, or throws with the reason why it is not available. */
  interface Launcher {
    OwnBroker launch() throws BrokerUnavailableException;
  }

  /** Connects to a running broker, or throws with the reason why it can't. */
  interface Connector {
    TestBroker connect(URI uri) throws BrokerUnavailableException;
  }

  /** A kind of broker that can be asked for by name. */
  record Option(String name, Launcher launcher) {}

  private record Choice(TestBroker shared, @Nullable Option option) {}

  private final @Nullable String wanted;
  private final List<Option> options;
  private final Connector given;
  private final Consumer<String> announce;
  private @Nullable Choice choice;
  private @Nullable String failure;

  /**
   * @param wanted an address, the name of an option, or null for the first option that is available
   */
  TestBrokerChoice(
      @Nullable String wanted, List<Option> options, Connector given, Consumer<String> announce) {
    this.wanted = wanted;
    this.options = options;
    this.given = given;
    this.announce = announce;
  }

  TestBroker shared() {
    return choice().shared;
  }

  OwnBroker own() {
    var option = choice().option;
    if (option == null) {
      throw new IllegalStateException(
          "the tests run on a given broker, which they must not break: mark the test with"
              + " @NeedsRabbitMq(with = Capability.FAULTS) or Capability.RESTARTS");
    }
    try {
      return option.launcher.launch();
    } catch (BrokerUnavailableException e) {
      throw new IllegalStateException("no second broker could be started: " + e.getMessage(), e);
    }
  }

  private synchronized Choice choice() {
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    if (choice == null) {
      try {
        choice = choose();
      } catch (BrokerUnavailableException e) {
        failure = "WARRENER_TEST_BROKER asks for " + masked() + ", but " + e.getMessage();
        announce.accept(failure);
        throw new IllegalStateException(failure, e);
      }
    }
    return choice;
  }

  private Choice choose() throws BrokerUnavailableException {
    if (wanted == null || wanted.isBlank()) {
      return chooseFirst();
    }
    if (wanted.startsWith("amqp://") || wanted.startsWith("amqps://")) {
      return announced(new Choice(given.connect(URI.create(wanted)), null), "as asked for");
    }
    for (var option : options) {
      if (option.name.equals(wanted)) {
        return announced(new Choice(option.launcher.launch(), option), "as asked for");
      }
    }
    throw new BrokerUnavailableException(
        "it must be docker, private, embedded, or an address that starts with amqp:// or amqps://",
        null);
  }

  private Choice chooseFirst() throws BrokerUnavailableException {
    var reasons = new ArrayList<String>();
    for (var option : options) {
      try {
        var broker = option.launcher.launch();
        reasons.add("WARRENER_TEST_BROKER chooses another");
        return announced(new Choice(broker, option), String.join("; ", reasons));
      } catch (BrokerUnavailableException e) {
        reasons.add("not " + option.name + ": " + e.getMessage());
      }
    }
    throw new BrokerUnavailableException(String.join("; ", reasons), null);
  }

  private Choice announced(Choice made, String remark) {
    announce.accept("broker tests run on " + made.shared.description() + " (" + remark + ")");
    return made;
  }

  /** Returns the wanted broker without the password in its address. */
  private String masked() {
    return wanted == null || wanted.isBlank()
        ? "any broker"
        : "\"" + wanted.replaceFirst("//[^@/]*@", "//***@") + "\"";
  }
}
