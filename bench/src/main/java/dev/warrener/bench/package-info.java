/**
 * {@code warrener bench}: measures Warrener beside programs that do a similar job, and writes
 * {@code docs/benchmarks.md}.
 */
@NullMarked
package dev.warrener.bench;

import org.jspecify.annotations.NullMarked;
