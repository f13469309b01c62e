package dev.warrener.testbroker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test, or all tests of a class, that can't run on every broker. On other brokers it is
 * skipped, and listed on stderr with the reason when the tests have ended.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsRabbitMqCondition.class)
public @interface NeedsRabbitMq {
  /** Why the test needs RabbitMQ, as a clause: "the embedded broker has no streams". */
  String value();

  /** The abilities that the test needs. */
  Capability[] with() default {};
}
