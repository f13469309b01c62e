/**
 * The built-in handlers, for trying out and for tests. A worker offers those of its {@link
 * dev.warrener.worker.builtin.BuiltInChoice}.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.worker.builtin;

import org.jspecify.annotations.NullMarked;
