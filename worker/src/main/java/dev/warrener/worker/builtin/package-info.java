/**
 * The handlers that come with the worker, for first trials and for tests.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.worker.builtin;

import org.jspecify.annotations.NullMarked;
