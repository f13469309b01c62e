/** The suites: what is measured, one class for each suite. */
@NullMarked
package dev.warrener.bench.suite;

import org.jspecify.annotations.NullMarked;
