/** Tasks and their results. */
@NullMarked
package dev.warrener.messaging.task;

import org.jspecify.annotations.NullMarked;
