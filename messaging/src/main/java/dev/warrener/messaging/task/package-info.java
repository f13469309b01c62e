/**
 * Tasks, the names of their headers, and the messages that carry their results.
 *
 * <p><b>Public API.</b> Publishers build a {@link dev.warrener.messaging.task.Task} and get a
 * {@link dev.warrener.messaging.task.ResultMessage}.
 */
@NullMarked
package dev.warrener.messaging.task;

import org.jspecify.annotations.NullMarked;
