/**
 * What was measured: samples, their spread, and the file that keeps them. Knows nothing of brokers.
 */
@NullMarked
package dev.warrener.bench.figures;

import org.jspecify.annotations.NullMarked;
