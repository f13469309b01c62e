/**
 * The library of operators' programs: connect to a fleet, ask who is there, kill, hold, resume and
 * drain, and get the proof as values. Start with {@link dev.warrener.operator.Operator}.
 *
 * <p><b>Public API</b> are this package and {@link dev.warrener.operator.rollcall}, together with
 * the orders and reports of {@code messaging}. The other packages are for the {@code warrener}
 * command and the console, and may change.
 */
@NullMarked
package dev.warrener.operator;

import org.jspecify.annotations.NullMarked;
