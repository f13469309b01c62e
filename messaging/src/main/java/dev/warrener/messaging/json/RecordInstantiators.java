package dev.warrener.messaging.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.ValueInstantiators;
import tools.jackson.databind.deser.std.StdValueInstantiator;

/**
 * Creates our records by plain reflection. Jackson uses a method handle that takes an array, for
 * which the Java VM generates classes for each number of components at its first use. That takes a
 * twentieth of a second in a command that reads a few reports and ends.
 */
final class RecordInstantiators extends ValueInstantiators.Base {

  @Override
  public ValueInstantiator modifyValueInstantiator(
      DeserializationConfig config,
      BeanDescription.Supplier description,
      ValueInstantiator otherwise) {
    var type = description.getBeanClass();
    return type.isRecord()
            && type.getName().startsWith(ContractJson.OURS)
            && otherwise instanceof StdValueInstantiator usual
        ? new ByReflection(usual)
        : otherwise;
  }

  private static final class ByReflection extends StdValueInstantiator {
    private static final long serialVersionUID = 1;

    ByReflection(StdValueInstantiator usual) {
      super(usual);
    }

    @Override
    public Object createFromObjectWith(DeserializationContext context, Object[] components) {
      if (_withArgsCreator == null
          || !(_withArgsCreator.getAnnotated() instanceof Constructor<?> constructor)) {
        return super.createFromObjectWith(context, components);
      }
      try {
        return constructor.newInstance(components);
      } catch (InvocationTargetException e) {
        return context.handleInstantiationProblem(
            _valueClass, components, rewrapCtorProblem(context, e.getCause()));
      } catch (ReflectiveOperationException | IllegalArgumentException e) {
        return context.handleInstantiationProblem(
            _valueClass, components, rewrapCtorProblem(context, e));
      }
    }
  }
}
