package dev.warrener.testbroker;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Skips tests that the broker of this JVM can't run. {@link NotRunListener} lists them. */
final class NeedsRabbitMqCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getElement(), NeedsRabbitMq.class)
        .map(needs -> evaluate(needs, TestBroker.get().capabilities()))
        .orElse(ConditionEvaluationResult.enabled("it needs nothing special"));
  }

  static ConditionEvaluationResult evaluate(NeedsRabbitMq needs, Set<Capability> has) {
    var missing = EnumSet.of(Capability.RABBITMQ, needs.with());
    missing.removeAll(has);
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("the broker has all that it needs");
    }
    return ConditionEvaluationResult.disabled(
        "needs "
            + missing.stream().map(Capability::words).collect(Collectors.joining(" and "))
            + ": "
            + needs.value());
  }
}
