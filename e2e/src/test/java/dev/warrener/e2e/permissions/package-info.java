/** The broker's users and permissions, as {@code docker/broker/definitions.json} grants them. */
@NullMarked
package dev.warrener.e2e.permissions;

import org.jspecify.annotations.NullMarked;
