/**
 * A small reader of JSON (RFC 8259) for the worker process, which has no dependencies so that it
 * starts fast. The built-in handlers and {@code --exec} use it. Your handlers may bring any
 * library.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.worker.json;

import org.jspecify.annotations.NullMarked;
