package dev.warrener.testbroker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test, or all tests of a class, that can't run on every broker. Where it can't, it is left
 * out, and listed on stderr with the reason when the tests have ended.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsRabbitMqCondition.class)
public @interface NeedsRabbitMq {
  /** What the test needs of RabbitMQ, as a clause: "the embedded broker has no streams". */
  String value();

  /** What else it needs. */
  Capability[] with() default {};
}
