/** The handlers that every worker has, for trying out and for tests. */
@NullMarked
package dev.warrener.worker.builtin;

import org.jspecify.annotations.NullMarked;
