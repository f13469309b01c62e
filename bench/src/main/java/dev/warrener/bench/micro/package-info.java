/**
 * JMH benchmarks of single steps: frames, a message's JSON, decisions of the fleet.
 *
 * <p>{@link dev.warrener.bench.micro.HashMapBenchmark}, {@link
 * dev.warrener.bench.micro.SortedMapBenchmark} and {@link dev.warrener.bench.micro.VectorBenchmark}
 * compare two libraries of persistent collections. They are no part of the suite {@code micro},
 * because nothing but the choice of a library depends on them. Run them by JMH's own main class, on
 * a shared machine with {@link dev.warrener.bench.micro.ProcessorTime} as the profiler.
 */
@NullMarked
package dev.warrener.bench.micro;

import org.jspecify.annotations.NullMarked;
