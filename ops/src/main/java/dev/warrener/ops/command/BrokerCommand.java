package dev.warrener.ops.command;

import dev.warrener.controller.StopSignals;
import dev.warrener.embedded.EmbeddedBroker;
import dev.warrener.embedded.EmbeddedBrokerException;
import dev.warrener.messaging.broker.BrokerAddress;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.log.LogConfiguration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;

/** {@code warrener broker}. */
@Command(
    name = "broker",
    description = {
      "Run the embedded broker in the foreground, for trying out without RabbitMQ. Ctrl-C ends it.",
      "",
      "It is the broker that every other command with the same settings looks for: by default"
          + " amqp://localhost, with the user guest and the password guest. Programs on other hosts"
          + " can't reach it; every user of this host can, unless you give --user and"
          + " --password-file. Another port: --broker amqp://localhost:5673.",
      "",
      "It is not RabbitMQ. It keeps tasks in memory and loses them when it ends. It keeps no log of"
          + " orders, and it has no tripwire."
    })
final class BrokerCommand extends FleetCommand {
  /** The names of the only address that the embedded broker listens on. */
  private static final Set<String> THIS_HOST = Set.of("localhost", "127.0.0.1");

  BrokerCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  public ExitStatus run() throws InterruptedException {
    var address = invocation().access("broker").address();
    requireEmbeddable(address);
    LogConfiguration.choose(LogConfiguration.Mode.VERBOSE);
    var stopped = new CountDownLatch(1);
    StopSignals.listen(stopped::countDown);
    try (var broker = start(address)) {
      var screen = invocation().screen();
      screen.result("Ready: " + broker + " (" + address + ")");
      screen.say(EmbeddedBroker.BANNER);
      screen.say("Ctrl-C ends it.");
      stopped.await();
    }
    return ExitStatus.DONE;
  }

  private static void requireEmbeddable(BrokerAddress address) {
    if (!THIS_HOST.contains(address.host())
        || address.tls()
        || !address.virtualHost().equals("/")) {
      throw CommandFailure.usage(
          "the embedded broker can't be "
              + address
              + ": it serves this host alone, without TLS, and has one virtual host; name"
              + " amqp://localhost or amqp://localhost:PORT");
    }
  }

  private static EmbeddedBroker start(BrokerAddress address) {
    try {
      return EmbeddedBroker.start(address.port(), address.user(), address.password());
    } catch (EmbeddedBrokerException e) {
      throw new CommandFailure(
          ExitStatus.BAD_CONFIGURATION,
          e.getMessage()
              + "; name the port as --broker amqp://localhost:PORT or, if that program is RabbitMQ,"
              + " use it instead",
          e);
    }
  }
}
