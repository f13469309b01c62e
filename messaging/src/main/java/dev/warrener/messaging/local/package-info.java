/**
 * The files by which a command finds the controllers of its host: control sockets, lock files,
 * runtime directories. This package has their names and paths only. Orders and reports are what
 * crosses a socket.
 *
 * <p><b>Internal.</b> Warrener's own modules use it.
 */
@NullMarked
package dev.warrener.messaging.local;

import org.jspecify.annotations.NullMarked;
