/**
 * Words for sentences about a fleet, shared by the roll-call and by programs that show it.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.operator.text;

import org.jspecify.annotations.NullMarked;
