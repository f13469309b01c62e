/** Placeholder. */
@NullMarked
package dev.warrener.embedded;

import org.jspecify.annotations.NullMarked;
