/**
 * The controller's ends of the pipes to its workers: the pipes themselves, a reader that stops when
 * no more is taken, a writer that never waits, lines of output, and the memory for large frames.
 */
@NullMarked
package dev.warrener.controller.process.pipe;

import org.jspecify.annotations.NullMarked;
