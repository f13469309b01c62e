/** The control socket: orders from this host, without a broker. */
@NullMarked
package dev.warrener.controller.local;

import org.jspecify.annotations.NullMarked;
