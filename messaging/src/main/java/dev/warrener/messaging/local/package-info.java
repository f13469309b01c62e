/**
 * Where a host's controllers leave what a command on the same host needs to find them: control
 * sockets, lock files, runtime directories. Names and paths only; the protocol on a socket is that
 * of orders and reports.
 *
 * <p><b>Internal.</b> Warrener's own modules use it.
 */
@NullMarked
package dev.warrener.messaging.local;

import org.jspecify.annotations.NullMarked;
