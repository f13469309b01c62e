/** Publishing with confirms: in a stream with a bounded window, or one message at a time. */
@NullMarked
package dev.warrener.messaging.broker.publishing;

import org.jspecify.annotations.NullMarked;
