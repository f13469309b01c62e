package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.broker.Declaration.Binding;
import dev.warrener.messaging.broker.Declaration.Exchange;
import dev.warrener.messaging.broker.Declaration.Queue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Holds docs/asyncapi.yaml against what the code declares on RabbitMQ. */
class AsyncApiTest {
  private static final Path DOCS = Path.of("../docs");

  /** What a controller says on the socket of its host, which no broker has a part in. */
  private static final String OF_THE_CONTROL_SOCKET = "schema/controller.hello.json";

  private static final Namespace NAMES = Namespace.DEFAULT;
  private static final JsonNode API =
      new YAMLMapper().readTree(DOCS.resolve("asyncapi.yaml").toFile());

  private static final List<Declaration> PLAN = new ArrayList<>();

  static {
    var dialect = new RabbitDialect("RabbitMQ", "4.3.6");
    PLAN.addAll(dialect.fleet(NAMES));
    PLAN.addAll(dialect.registry(NAMES));
    PLAN.addAll(dialect.queue(NAMES, "NAME", QueueSettings.DEFAULT));
  }

  @Test
  void exchangesAreThoseThatTheCodeDeclares() {
    var described = new TreeMap<String, String>();
    for (var channel : API.path("channels")) {
      var exchange = channel.path("bindings").path("amqp").path("exchange");
      if (exchange.isObject()) {
        assertThat(exchange.path("durable").booleanValue()).isTrue();
        assertThat(channel.path("address").stringValue())
            .isEqualTo(exchange.path("name").stringValue());
        described.put(exchange.path("name").stringValue(), exchange.path("type").stringValue());
      }
    }

    var declared = new TreeMap<String, String>();
    for (var declaration : PLAN) {
      if (declaration instanceof Exchange exchange) {
        declared.put(exchange.name(), exchange.type());
      }
    }
    assertThat(described).isEqualTo(declared);
  }

  @Test
  void queuesHaveTheArgumentsAndBindingsThatTheCodeDeclares() {
    var declared = new HashMap<String, Map<String, String>>();
    var bound = new HashSet<Binding>();
    for (var declaration : PLAN) {
      if (declaration instanceof Queue queue) {
        declared.put(queue.name(), texts(queue.arguments()));
      } else if (declaration instanceof Binding binding) {
        bound.add(binding);
      }
    }

    var describedQueues = new HashMap<String, Map<String, String>>();
    var describedBindings = new HashSet<Binding>();
    for (var channel : API.path("channels")) {
      var queue = channel.path("bindings").path("amqp").path("queue");
      if (queue.path("durable").asBoolean(false)) {
        for (var delay : delays(queue.path("name").stringValue())) {
          describe(channel, delay, describedQueues, describedBindings);
        }
      }
    }

    assertThat(describedQueues).isEqualTo(declared);
    assertThat(describedBindings).isEqualTo(bound);
  }

  @Test
  void queuesOfOneConnectionHaveTheNamesThatTheCodeGivesThem() {
    var names = new ArrayList<String>();
    for (var channel : API.path("channels")) {
      var queue = channel.path("bindings").path("amqp").path("queue");
      if (queue.path("exclusive").asBoolean(false)) {
        names.add(queue.path("name").stringValue());
      }
    }

    assertThat(names)
        .containsExactlyInAnyOrder(
            NAMES.controllerQueue("CONTROLLER"), NAMES.replyQueue("USER", "UUID"));
  }

  @Test
  void everyReferenceLeadsSomewhereAndEverySchemaIsUsed() throws Exception {
    var references = new HashSet<String>();
    collectReferences(API, references);

    var schemas = new HashSet<String>();
    for (var reference : references) {
      if (reference.startsWith("#")) {
        assertThat(API.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
      } else {
        schemas.add(reference);
      }
    }
    try (var files = Files.list(DOCS.resolve("schema"))) {
      assertThat(schemas)
          .containsExactlyInAnyOrderElementsOf(
              files
                  .map(file -> "schema/" + file.getFileName())
                  .filter(file -> !file.equals(OF_THE_CONTROL_SOCKET))
                  .toList());
    }
  }

  private static List<String> delays(String name) {
    return name.endsWith(".N")
        ? Namespace.RETRY_SECONDS.stream().map(String::valueOf).toList()
        : List.of("");
  }

  private static void describe(
      JsonNode channel,
      String delay,
      Map<String, Map<String, String>> queues,
      Set<Binding> bindings) {
    var name = withDelay(channel.path("bindings").path("amqp").path("queue").path("name"), delay);
    assertThat(withDelay(channel.path("address"), delay)).isEqualTo(name);
    var arguments = new TreeMap<String, String>();
    channel
        .path("x-arguments")
        .properties()
        .forEach(
            argument -> arguments.put(argument.getKey(), withDelay(argument.getValue(), delay)));
    queues.put(name, arguments);
    for (var binding : channel.path("x-bound-to")) {
      bindings.add(
          new Binding(
              name,
              binding.path("exchange").stringValue(),
              withDelay(binding.path("routingKey"), delay)));
    }
  }

  private static String withDelay(JsonNode node, String delay) {
    var text = node.asString();
    return delay.isEmpty()
        ? text
        : text.replace("retry.N", "retry." + delay).replace("N000", delay + "000");
  }

  private static Map<String, String> texts(Map<String, Object> arguments) {
    var texts = new TreeMap<String, String>();
    arguments.forEach((key, value) -> texts.put(key, String.valueOf(value)));
    return texts;
  }

  private static void collectReferences(JsonNode node, Set<String> references) {
    if (node.has("$ref")) {
      references.add(node.path("$ref").stringValue());
    }
    node.forEach(child -> collectReferences(child, references));
  }
}
