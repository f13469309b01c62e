/** The chaos suite: random faults and orders by seed, and the judge of what came of them. */
@NullMarked
package dev.warrener.e2e.chaos;

import org.jspecify.annotations.NullMarked;
