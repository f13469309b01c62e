/**
 * Support for tests of handlers: a {@link dev.warrener.worker.TaskContext} that needs no worker
 * process.
 *
 * <p><b>Public API.</b>
 */
@NullMarked
package dev.warrener.worker.testing;

import org.jspecify.annotations.NullMarked;
