/**
 * The interface between a worker process and the handlers of tasks. Start with {@link
 * dev.warrener.worker.TaskHandler}.
 *
 * <p><b>Public API.</b> Handlers implement it. {@link dev.warrener.worker.testing} is public as
 * well; the other packages of this module are internal.
 */
@NullMarked
package dev.warrener.worker;

import org.jspecify.annotations.NullMarked;
