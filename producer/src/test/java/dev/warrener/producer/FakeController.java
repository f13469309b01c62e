package dev.warrener.producer;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import dev.warrener.messaging.Namespace;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Takes tasks from a queue as any AMQP client would, by the contract and not by our code. */
final class FakeController implements AutoCloseable {
  private final Connection connection;
  private final Channel channel;
  private final Namespace namespace;
  private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
  private volatile boolean answering;

  FakeController(URI broker, Namespace namespace, String queue) throws Exception {
    this.namespace = namespace;
    var factory = new ConnectionFactory();
    factory.setUri(broker);
    factory.setAutomaticRecoveryEnabled(false);
    connection = factory.newConnection("fake-controller");
    channel = connection.createChannel();
    channel.basicQos(500);
    channel.basicConsume(
        namespace.taskQueue(queue), false, (tag, delivery) -> take(delivery), tag -> {});
  }

  /** From now on each task succeeds, with its input as its value. */
  void answerAll() {
    answering = true;
  }

  /** The next task; fails after 30 s without one. */
  Delivery next() throws InterruptedException {
    var next = deliveries.poll(30, SECONDS);
    if (next == null) {
      throw new AssertionError("no task has arrived within 30 s");
    }
    return next;
  }

  /** The ids of the next {@code count} tasks. */
  List<String> idsOf(int count) throws InterruptedException {
    var ids = new ArrayList<String>();
    while (ids.size() < count) {
      ids.add(next().getProperties().getMessageId());
    }
    return ids;
  }

  /** The ids of the next tasks, until there are {@code count} different ones. */
  Set<String> distinctIds(long count) throws InterruptedException {
    var ids = new LinkedHashSet<String>();
    while (ids.size() < count) {
      ids.add(next().getProperties().getMessageId());
    }
    return ids;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }

  private void take(Delivery delivery) throws IOException {
    if (answering) {
      var asked = delivery.getProperties();
      channel.basicPublish(
          namespace.resultsExchange(),
          asked.getReplyTo(),
          new BasicProperties.Builder()
              .contentType("application/json")
              .correlationId(asked.getCorrelationId())
              .build(),
          ContractJson.write(success(asked.getMessageId(), delivery.getBody())));
    }
    channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
    deliveries.add(delivery);
  }

  private static ResultMessage success(String task, byte[] value) {
    return ResultMessage.builder(task, Outcome.SUCCEEDED)
        .startedAt(Instant.now())
        .finishedAt(Instant.now())
        .controller("fake")
        .worker("fake/1")
        .value(ContractJson.tree(value))
        .build();
  }
}
