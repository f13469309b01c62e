package dev.warrener.bench.micro;

import io.vavr.collection.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.pcollections.TreePMap;

/**
 * Persistent sorted maps of two libraries, with delivery tags as keys: slots by number, waiting
 * tasks by delivery tag.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SortedMapBenchmark {
  /** The number of entries. */
  @Param({"4", "64", "1000", "10000"})
  public int entries;

  private TreePMap<Long, Integer> pcollections = TreePMap.empty();
  private TreeMap<Long, Integer> vavr = TreeMap.empty();
  private int turn;

  /** Fills both maps with the same entries, the smallest key first. */
  @Setup(Level.Trial)
  public void fill() {
    for (int i = 0; i < entries; i++) {
      pcollections = pcollections.plus((long) i, i);
      vavr = vavr.put((long) i, i);
    }
  }

  private long next() {
    turn = (turn + 7919) % entries;
    return turn;
  }

  /** Looks up a key. */
  @Benchmark
  public @Nullable Integer getPcollections() {
    return pcollections.get(next());
  }

  /** Looks up a key. */
  @Benchmark
  public @Nullable Integer getVavr() {
    return vavr.get(next()).getOrNull();
  }

  /** Adds a key above all others. */
  @Benchmark
  public Object putLastPcollections() {
    return pcollections.plus((long) entries, 1);
  }

  /** Adds a key above all others. */
  @Benchmark
  public Object putLastVavr() {
    return vavr.put((long) entries, 1);
  }

  /** Removes the smallest key. */
  @Benchmark
  public Object removeFirstPcollections() {
    return pcollections.minus(pcollections.firstKey());
  }

  /** Removes the smallest key. */
  @Benchmark
  public Object removeFirstVavr() {
    return vavr.remove(vavr.head()._1());
  }

  /** Replaces the value of a key. */
  @Benchmark
  public Object replacePcollections() {
    return pcollections.plus(next(), -turn);
  }

  /** Replaces the value of a key. */
  @Benchmark
  public Object replaceVavr() {
    return vavr.put(next(), -turn);
  }

  /** Loops over all values. */
  @Benchmark
  public long loopPcollections() {
    long sum = 0;
    for (int value : pcollections.values()) {
      sum += value;
    }
    return sum;
  }

  /** Loops over all values. */
  @Benchmark
  public long loopVavr() {
    long sum = 0;
    for (int value : vavr.values()) {
      sum += value;
    }
    return sum;
  }

  /** Loops over all entries, without a copy of their values. */
  @Benchmark
  public long loopEntriesVavr() {
    long sum = 0;
    for (var entry : vavr) {
      sum += entry._2();
    }
    return sum;
  }
}
