/**
 * The commands that look at the fleet and change nothing: status, workers, tasks, batches, queues,
 * controllers.
 */
@NullMarked
package dev.warrener.ops.view;

import org.jspecify.annotations.NullMarked;
