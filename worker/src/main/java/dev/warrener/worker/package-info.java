/** The worker process: runs one task at a time in handlers, for the controller that started it. */
@NullMarked
package dev.warrener.worker;

import org.jspecify.annotations.NullMarked;
