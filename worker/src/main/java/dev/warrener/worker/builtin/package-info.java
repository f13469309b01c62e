/**
 * The built-in handlers, for trying out and for tests. Every worker has them unless {@code
 * --no-built-in} is set.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.worker.builtin;

import org.jspecify.annotations.NullMarked;
