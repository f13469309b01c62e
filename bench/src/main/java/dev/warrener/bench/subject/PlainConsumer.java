package dev.warrener.bench.subject;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warrener.bench.handler.Work;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A consumer as a Java team would write it: one channel, and a pool of threads that run the tasks.
 * Each task is acknowledged after it has run. The program ends when its stdin does.
 */
final class PlainConsumer extends DefaultConsumer {
  private final ExecutorService pool;
  private final Work work;

  private PlainConsumer(Channel channel, ExecutorService pool, Work work) {
    super(channel);
    this.pool = pool;
    this.work = work;
  }

  /**
   * Consumes until stdin ends. The broker's address is in the variable {@code BENCH_BROKER}.
   *
   * @param arguments queue, prefetch, threads, work
   */
  public static void main(String[] arguments) throws Exception {
    var factory = new ConnectionFactory();
    factory.setUri(System.getenv("BENCH_BROKER"));
    var connection = factory.newConnection("plain consumer");
    var channel = connection.createChannel();
    channel.basicQos(Integer.parseInt(arguments[1]));
    var pool = Executors.newFixedThreadPool(Integer.parseInt(arguments[2]));
    channel.basicConsume(
        arguments[0], false, new PlainConsumer(channel, pool, Work.valueOf(arguments[3])));
    System.out.println("consuming");
    while (System.in.read() >= 0) {
      // Only the end of stdin matters.
    }
    connection.abort();
    System.exit(0);
  }

  @Override
  public void handleDelivery(
      String tag, Envelope envelope, BasicProperties properties, byte[] body) {
    pool.execute(() -> runAndAcknowledge(envelope.getDeliveryTag(), body));
  }

  private void runAndAcknowledge(long deliveryTag, byte[] body) {
    try {
      work.run(body);
      getChannel().basicAck(deliveryTag, false);
    } catch (IOException e) {
      System.err.println("not acknowledged: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
