package example;

import dev.warrener.messaging.task.Task;
import dev.warrener.producer.WarrenerClient;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Publishes a task, waits for its result, and ends. */
@SpringBootApplication
public class PublisherApplication {
  public static void main(String[] arguments) {
    SpringApplication.run(PublisherApplication.class, arguments).close();
  }

  /** One client for the whole program. Spring closes it at the end, which waits for its tasks. */
  @Bean
  WarrenerClient warrener(@Value("${warrener.broker}") String broker) {
    return WarrenerClient.connect(broker);
  }

  @Bean
  ApplicationRunner publish(WarrenerClient warrener) {
    return arguments -> {
      var task = Task.to("greetings", "echo").json("{\"greeting\":\"Hello Ada\"}").build();
      var result = warrener.submitAndWait(task, Duration.ofMinutes(1));
      System.out.println(result.outcome() + ": " + result.value());
    };
  }
}
