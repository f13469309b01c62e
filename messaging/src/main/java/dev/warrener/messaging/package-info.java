/**
 * The contract, version 1: what crosses the broker, in all of Warrener's programs. This package has
 * the rules for names and ids; below it are tasks, orders and reports, and the broker itself.
 *
 * <p><b>Public API.</b> Publishers and operators' programs may use this package, {@code task},
 * {@code order} and {@code report}, and of {@code broker} the classes that its documentation lists.
 * All other packages of this module are internal: they change without notice.
 */
@NullMarked
package dev.warrener.messaging;

import org.jspecify.annotations.NullMarked;
