/** Clocks that are wrong, at an operator, a controller or a publisher, and that jump. */
@NullMarked
package dev.warrener.e2e.clock;

import org.jspecify.annotations.NullMarked;
