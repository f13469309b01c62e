package dev.warrener.controller.fleet.simulator;

import dev.warrener.controller.fleet.Effect;
import dev.warrener.messaging.task.Body;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A running number over all decisions of a simulation: two versions of the controller with the same
 * digest over the same seeds have decided the same, effect by effect. It goes by values and by the
 * order in which components and effects are declared, and by no name, so that a renamed class
 * changes nothing. Sentences for people (every string with a space) count as one and the same. Not
 * thread-safe.
 */
final class DecisionDigest {
  private static final List<Class<?>> EFFECTS = List.of(Effect.class.getPermittedSubclasses());
  private static final Map<Class<?>, RecordComponent[]> COMPONENTS = new ConcurrentHashMap<>();

  private long digest;

  /** Adds the effects of one decision, in their order. */
  void add(List<Effect> effects) {
    for (var effect : effects) {
      digest = mix(digest, mix(EFFECTS.indexOf(effect.getClass()), of(effect)));
    }
    digest = mix(digest, effects.size());
  }

  /** Returns the digest as 16 hexadecimal digits. */
  @Override
  public String toString() {
    return "%016x".formatted(digest);
  }

  private static long of(@Nullable Object value) {
    return switch (value) {
      case null -> 1;
      case String text -> text.indexOf(' ') >= 0 ? 2 : text.hashCode();
      case Enum<?> constant ->
          3 + List.of(constant.getDeclaringClass().getEnumConstants()).indexOf(constant);
      case Body body -> body.hashCode();
      case Record record -> components(record);
      case Map<?, ?> map ->
          map.entrySet().stream()
              .mapToLong(entry -> mix(of(entry.getKey()), of(entry.getValue())))
              .sum();
      case List<?> list ->
          list.stream().mapToLong(DecisionDigest::of).reduce(4, DecisionDigest::mix);
      case Collection<?> set -> set.stream().mapToLong(DecisionDigest::of).sum();
      case Optional<?> optional -> of(optional.orElse(null));
      // Numbers, times and durations.
      default -> value.hashCode();
    };
  }

  private static long components(Record record) {
    long sum = 5;
    for (var component :
        COMPONENTS.computeIfAbsent(record.getClass(), DecisionDigest::accessible)) {
      try {
        sum = mix(sum, of(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(component + " can't be read", e);
      }
    }
    return sum;
  }

  private static RecordComponent[] accessible(Class<?> type) {
    var components = new ArrayList<RecordComponent>();
    for (var component : type.getRecordComponents()) {
      component.getAccessor().setAccessible(true);
      components.add(component);
    }
    return components.toArray(RecordComponent[]::new);
  }

  private static long mix(long sum, long value) {
    long mixed = (sum ^ value) * 0x9E37_79B9_7F4A_7C15L;
    return mixed ^ (mixed >>> 29);
  }
}
