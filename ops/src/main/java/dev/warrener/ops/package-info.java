/** Placeholder. */
@NullMarked
package dev.warrener.ops;

import org.jspecify.annotations.NullMarked;
