/** The control socket: accepts orders from users on this host, without a broker. */
@NullMarked
package dev.warrener.controller.local;

import org.jspecify.annotations.NullMarked;
