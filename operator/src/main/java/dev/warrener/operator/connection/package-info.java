/**
 * Connections to a fleet: over its broker, or over the control sockets of this host's controllers.
 * Orders go out, reports and presence come in; what they mean is not known here.
 *
 * <p><b>Internal.</b> The {@code warrener} command uses it as well.
 */
@NullMarked
package dev.warrener.operator.connection;

import org.jspecify.annotations.NullMarked;
