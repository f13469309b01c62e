/** What handlers can be tested with, without a worker process. */
@NullMarked
package dev.warrener.worker.testing;

import org.jspecify.annotations.NullMarked;
