/**
 * Clocks that never jump.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.messaging.time;

import org.jspecify.annotations.NullMarked;
