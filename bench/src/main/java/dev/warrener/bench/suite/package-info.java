/** The comparisons, one class for each. */
@NullMarked
package dev.warrener.bench.suite;

import org.jspecify.annotations.NullMarked;
