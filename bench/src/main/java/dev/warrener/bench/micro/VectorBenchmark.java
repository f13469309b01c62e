package dev.warrener.bench.micro;

import io.vavr.collection.Vector;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/** Persistent vectors of two libraries: the runs that a worker was handed ahead. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VectorBenchmark {
  /** The number of elements. */
  @Param({"1", "16", "1000"})
  public int elements;

  private PVector<Integer> pcollections = TreePVector.empty();
  private Vector<Integer> vavr = Vector.empty();

  /** Fills both vectors with the same elements. */
  @Setup(Level.Trial)
  public void fill() {
    for (int i = 0; i < elements; i++) {
      pcollections = pcollections.plus(i);
      vavr = vavr.append(i);
    }
  }

  /** Appends an element. */
  @Benchmark
  public Object appendPcollections() {
    return pcollections.plus(1);
  }

  /** Appends an element. */
  @Benchmark
  public Object appendVavr() {
    return vavr.append(1);
  }

  /** Appends an element and removes the first one: a queue at work. */
  @Benchmark
  public Object queuePcollections() {
    return pcollections.plus(1).minus(0);
  }

  /** Appends an element and removes the first one: a queue at work. */
  @Benchmark
  public Object queueVavr() {
    return vavr.append(1).tail();
  }

  /** Removes the element in the middle: a run that ended out of turn. */
  @Benchmark
  public Object removeMiddlePcollections() {
    return pcollections.minus(elements / 2);
  }

  /** Removes the element in the middle: a run that ended out of turn. */
  @Benchmark
  public Object removeMiddleVavr() {
    return vavr.removeAt(elements / 2);
  }

  /** Loops over all elements. */
  @Benchmark
  public long loopPcollections() {
    long sum = 0;
    for (int value : pcollections) {
      sum += value;
    }
    return sum;
  }

  /** Loops over all elements. */
  @Benchmark
  public long loopVavr() {
    long sum = 0;
    for (int value : vavr) {
      sum += value;
    }
    return sum;
  }
}
