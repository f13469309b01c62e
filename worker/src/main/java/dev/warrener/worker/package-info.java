/** Placeholder. */
@NullMarked
package dev.warrener.worker;

import org.jspecify.annotations.NullMarked;
