package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.warrener.worker.InvalidInputException;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.testing.TestTaskContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class PrimesHandlerTest {
  private final TestTaskContext context = new TestTaskContext("task-1");
  private final PrimesHandler handler = new PrimesHandler();

  @Test
  void countsThePrimesBelowANumber() throws Exception {
    var result = handler.handle(context, bytes("1000"));

    assertArrayEquals(bytes("168"), result.bytes());
  }

  @Test
  void inputThatIsNoNumberIsInvalid() {
    assertThrows(InvalidInputException.class, () -> handler.handle(context, bytes("\"many\"")));
  }

  @Test
  void stopsWhenItIsCancelled() {
    context.cancel("an order");

    assertThrows(CancellationException.class, () -> handler.handle(context, bytes("1000000000")));
    assertEquals(List.of(), context.logged());
  }

  @Test
  void workersFindItAsAService() {
    var names = ServiceLoader.load(TaskHandler.class).stream().map(found -> found.get().name());

    assertEquals(1, names.filter("primes"::equals).count());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
