package dev.warrener.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.rabbitmq.client.ConnectionFactory;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;

/** What a program is told whose build has chosen libraries that Warrener can't work with. */
class LibrariesTest {

  @Test
  void theLibrariesOfThisBuildFit() {
    Libraries.check();
  }

  @Test
  void olderAnnotationsAreNamedWithWhatTheyLack() {
    assertThatThrownBy(() -> checkWithout("com.fasterxml.jackson.annotation.JsonInclude"))
        .hasMessageContaining("can't work with the libraries of this program")
        .hasMessageContaining("NoClassDefFoundError: com/fasterxml/jackson/annotation/JsonInclude")
        .hasMessageContaining("jackson-databind-")
        .hasMessageContaining("jackson-annotations-")
        .hasMessageContaining("amqp-client-");
  }

  @Test
  void clientWithoutWhatItNeedsIsNamed() {
    assertThatThrownBy(() -> checkWithout("com.rabbitmq.client.SaslConfig"))
        .hasMessageContaining("NoClassDefFoundError: com/rabbitmq/client/SaslConfig")
        .hasMessageContaining("leave out none of them");
  }

  @Test
  void retryLibraryThatIsLeftOutIsNamed() {
    assertThatThrownBy(() -> checkWithout("io.github.resilience4j.retry.Retry"))
        .hasMessageContaining("NoClassDefFoundError: io/github/resilience4j/retry/Retry")
        .hasMessageContaining("no io.github.resilience4j.retry.Retry");
  }

  @Test
  void namesJarInJar() {
    assertThat(Libraries.fileName("jar:nested:/app.jar/!BOOT-INF/lib/jackson-core-3.0.4.jar!/"))
        .isEqualTo("jackson-core-3.0.4.jar");
    assertThat(Libraries.fileName("file:/lib/amqp-client-5.30.0.jar"))
        .isEqualTo("amqp-client-5.30.0.jar");
    assertThat(Libraries.fileName("file:/srv/app/classes/")).isEqualTo("file:/srv/app/classes/");
  }

  /** Runs the check in a program whose libraries lack a class; throws what it throws. */
  private static void checkWithout(String missing) throws Throwable {
    try (var loader = new LackingLoader(missing)) {
      loader.loadClass(Libraries.class.getName()).getMethod("check").invoke(null);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Warrener and its libraries, in a class loader of their own, without one class. */
  private static final class LackingLoader extends URLClassLoader {
    private final String missing;

    LackingLoader(String missing) {
      super(
          Stream.of(
                  Libraries.class,
                  ConnectionFactory.class,
                  ObjectMapper.class,
                  JacksonException.class,
                  JsonInclude.class,
                  Logger.class,
                  Retry.class,
                  IntervalFunction.class,
                  Nullable.class)
              .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
              .toArray(URL[]::new),
          ClassLoader.getPlatformClassLoader());
      this.missing = missing;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.equals(missing)) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }
}
