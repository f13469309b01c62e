/** The benchmarks: one command that measures Warrener beside its peers and writes what came out. */
@NullMarked
package dev.warrener.bench;

import org.jspecify.annotations.NullMarked;
