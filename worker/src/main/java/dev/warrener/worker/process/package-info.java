/**
 * The worker process: runs one task at a time in handlers, for the controller that started it.
 *
 * <p><b>Internal.</b> A controller starts it by its main class.
 */
@NullMarked
package dev.warrener.worker.process;

import org.jspecify.annotations.NullMarked;
