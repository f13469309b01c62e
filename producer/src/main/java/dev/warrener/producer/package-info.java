/** Placeholder. */
@NullMarked
package dev.warrener.producer;

import org.jspecify.annotations.NullMarked;
