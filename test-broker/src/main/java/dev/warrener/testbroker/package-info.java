/** Placeholder. */
@NullMarked
package dev.warrener.testbroker;

import org.jspecify.annotations.NullMarked;
