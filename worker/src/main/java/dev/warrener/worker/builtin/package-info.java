/**
 * The handlers that every worker has, for first trials and for tests.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.worker.builtin;

import org.jspecify.annotations.NullMarked;
