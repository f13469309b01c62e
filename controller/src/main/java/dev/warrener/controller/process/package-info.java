/**
 * Worker processes: starting them, speaking frames with them, killing them with all their
 * descendants, and showing that nothing of them is left. Knows neither a broker nor a task.
 */
@NullMarked
package dev.warrener.controller.process;

import org.jspecify.annotations.NullMarked;
