/**
 * A context with which a handler can be tested without a worker process.
 *
 * <p><b>Public API.</b>
 */
@NullMarked
package dev.warrener.worker.testing;

import org.jspecify.annotations.NullMarked;
