package dev.warrener.bench.micro;

import dev.warrener.messaging.Uuid7;
import io.vavr.collection.HashMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/** Persistent hash maps of two libraries, with task ids as keys, as the fleet's state uses them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HashMapBenchmark {
  private static final int ABSENT = 1_000;

  /** The number of entries. */
  @Param({"10", "1000", "10000", "50000"})
  public int entries;

  private List<String> present = List.of();
  private List<String> absent = List.of();
  private HashPMap<String, Integer> pcollections = HashTreePMap.empty();
  private HashMap<String, Integer> vavr = HashMap.empty();
  private int turn;

  /** Fills both maps with the same entries. */
  @Setup(Level.Trial)
  public void fill() {
    var keys = new ArrayList<String>();
    for (int i = 0; i < entries; i++) {
      var key = Uuid7.next().toString();
      keys.add(key);
      pcollections = pcollections.plus(key, i);
      vavr = vavr.put(key, i);
    }
    // A look-up's key is another object than the one in the map, as in the controller.
    present = copiesInAnyOrder(keys);
    var others = new ArrayList<String>();
    for (int i = 0; i < ABSENT; i++) {
      others.add(Uuid7.next().toString());
    }
    absent = copiesInAnyOrder(others);
  }

  @SuppressWarnings("StringOperationCanBeSimplified")
  private static List<String> copiesInAnyOrder(List<String> keys) {
    var copies = new ArrayList<String>();
    keys.forEach(key -> copies.add(new String(key)));
    Collections.shuffle(copies, new Random(7));
    return copies;
  }

  private String nextOf(List<String> keys) {
    turn++;
    return keys.get(turn % keys.size());
  }

  /** Looks up a key that the map has. */
  @Benchmark
  public @Nullable Integer getPcollections() {
    return pcollections.get(nextOf(present));
  }

  /** Looks up a key that the map has. */
  @Benchmark
  public @Nullable Integer getVavr() {
    return vavr.get(nextOf(present)).getOrNull();
  }

  /** Looks up a key that the map does not have. */
  @Benchmark
  public @Nullable Integer missPcollections() {
    return pcollections.get(nextOf(absent));
  }

  /** Looks up a key that the map does not have. */
  @Benchmark
  public @Nullable Integer missVavr() {
    return vavr.get(nextOf(absent)).getOrNull();
  }

  /** Adds a new key. */
  @Benchmark
  public Object putPcollections() {
    return pcollections.plus(nextOf(absent), turn);
  }

  /** Adds a new key. */
  @Benchmark
  public Object putVavr() {
    return vavr.put(nextOf(absent), turn);
  }

  /** Removes a key. */
  @Benchmark
  public Object removePcollections() {
    return pcollections.minus(nextOf(present));
  }

  /** Removes a key. */
  @Benchmark
  public Object removeVavr() {
    return vavr.remove(nextOf(present));
  }

  /** Replaces the value of a key. */
  @Benchmark
  public Object replacePcollections() {
    return pcollections.plus(nextOf(present), -turn);
  }

  /** Replaces the value of a key. */
  @Benchmark
  public Object replaceVavr() {
    return vavr.put(nextOf(present), -turn);
  }
}
