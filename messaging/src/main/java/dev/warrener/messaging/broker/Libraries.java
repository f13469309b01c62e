package dev.warrener.messaging.broker;

import com.rabbitmq.client.ConnectionFactory;
import dev.warrener.messaging.json.ContractJson;
import dev.warrener.messaging.task.Outcome;
import dev.warrener.messaging.task.ResultMessage;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.security.CodeSource;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The libraries of other people that Warrener works with. A program that embeds Warrener chooses
 * their versions, often without knowing: its framework's dependency management does.
 */
public final class Libraries {
  /** A class of each library, by which its jar is found. */
  private static final List<String> KNOWN =
      List.of(
          "com.rabbitmq.client.ConnectionFactory",
          "tools.jackson.databind.ObjectMapper",
          "tools.jackson.core.JsonParser",
          "com.fasterxml.jackson.annotation.JsonProperty",
          "io.github.resilience4j.retry.Retry",
          "org.slf4j.Logger");

  private Libraries() {}

  /**
   * Uses each library once, on the caller's thread, so that one that does not fit fails here and
   * not later on a thread that nobody looks at.
   *
   * @throws IncompatibleLibraryException if one lacks something; the message says what is missing
   *     first, and names the jars of all of them
   */
  public static void check() {
    try {
      new ConnectionFactory().setAutomaticRecoveryEnabled(false);
      var result =
          ResultMessage.builder("check", Outcome.SUCCEEDED)
              .controller("check")
              .finishedAt(Instant.EPOCH)
              .build();
      ContractJson.read(ContractJson.write(result), ResultMessage.class);
      Retry.of("check", RetryConfig.custom().intervalFunction(IntervalFunction.of(1)).build());
      LoggerFactory.getLogger(Libraries.class).debug("all libraries fit");
    } catch (LinkageError e) {
      throw incompatible(e);
    }
  }

  /** Returns the exception for a class, method or field that a library turned out not to have. */
  static IncompatibleLibraryException incompatible(LinkageError error) {
    return new IncompatibleLibraryException(
        "Warrener can't work with the libraries of this program: "
            + reason(error)
            + ". On the class path are "
            + String.join(", ", jars())
            + ". Let your build take the versions that Warrener asks for, or newer ones, and leave"
            + " out none of them",
        error);
  }

  /** Returns what is missing, in the words of the virtual machine. */
  static String reason(LinkageError error) {
    Throwable inner = error;
    while (inner.getCause() instanceof LinkageError cause) {
      inner = cause;
    }
    return String.valueOf(inner);
  }

  private static Set<String> jars() {
    var jars = new LinkedHashSet<String>();
    for (var name : KNOWN) {
      jars.add(jarOf(name));
    }
    return jars;
  }

  private static String jarOf(String name) {
    try {
      var type = Class.forName(name, false, Libraries.class.getClassLoader());
      CodeSource source = type.getProtectionDomain().getCodeSource();
      return source == null || source.getLocation() == null
          ? name
          : fileName(source.getLocation().toString());
    } catch (ClassNotFoundException | LinkageError e) {
      return "no " + name;
    }
  }

  /** Returns the last part of a jar's address, such as {@code amqp-client-5.37.1.jar}. */
  static String fileName(@Nullable String location) {
    var text = String.valueOf(location);
    int end = text.lastIndexOf(".jar");
    if (end < 0) {
      return text;
    }
    return text.substring(text.lastIndexOf('/', end) + 1, end) + ".jar";
  }
}
