package dev.warrener.ops.invocation;

import dev.warrener.messaging.WireName;
import dev.warrener.messaging.order.Backlog;
import dev.warrener.messaging.order.InFlight;
import dev.warrener.messaging.order.Then;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the contract's words for options from their {@link WireName}. */
public final class WireNameConverters {
  private WireNameConverters() {}

  private static <T> T read(Function<String, T> of, String text) {
    try {
      return of.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  /** {@code --in-flight}. */
  public static final class OfInFlight implements ITypeConverter<InFlight> {
    @Override
    public InFlight convert(String text) {
      return read(InFlight::of, text);
    }
  }

  /** {@code --backlog}. */
  public static final class OfBacklog implements ITypeConverter<Backlog> {
    @Override
    public Backlog convert(String text) {
      return read(Backlog::of, text);
    }
  }

  /** {@code --then}. */
  public static final class OfThen implements ITypeConverter<Then> {
    @Override
    public Then convert(String text) {
      return read(Then::of, text);
    }
  }
}
