/**
 * Publishing with confirms: in a stream with a bounded window ({@link
 * dev.warrener.messaging.broker.publishing.ConfirmedPublisher}), or one message at a time ({@link
 * dev.warrener.messaging.broker.publishing.OneByOnePublisher}).
 *
 * <p><b>Internal.</b> Publishers use {@code dev.warrener.producer}.
 */
@NullMarked
package dev.warrener.messaging.broker.publishing;

import org.jspecify.annotations.NullMarked;
