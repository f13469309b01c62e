/**
 * The flow of an order: what it would mean, its sending, the roll-call until all have answered, and
 * the verdict. Commands, the console and {@link dev.warrener.operator.Operator} all use this one
 * flow, and differ in what they show meanwhile.
 *
 * <p><b>Internal.</b> The {@code warrener} command uses it as well.
 */
@NullMarked
package dev.warrener.operator.order;

import org.jspecify.annotations.NullMarked;
