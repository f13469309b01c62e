/**
 * Reads what the broker sends so that no message can end a connection. The AMQP client gives up a
 * connection when it meets a table of headers that it can't decode. Here such a table is cut to
 * what can be decoded before the client sees it, and gets the header {@link
 * dev.warrener.messaging.broker.wire.UnreadableHeaders#MARK} that says what is missing.
 *
 * <p><b>Internal.</b> {@link dev.warrener.messaging.broker.Connecting} uses it for every
 * connection.
 */
@NullMarked
package dev.warrener.messaging.broker.wire;

import org.jspecify.annotations.NullMarked;
