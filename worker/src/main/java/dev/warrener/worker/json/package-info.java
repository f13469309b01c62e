/**
 * A small reader of JSON (RFC 8259) for the worker process itself, which loads no library before it
 * is ready. Handlers bring a library of their own choice.
 *
 * <p><b>Internal.</b>
 */
@NullMarked
package dev.warrener.worker.json;

import org.jspecify.annotations.NullMarked;
