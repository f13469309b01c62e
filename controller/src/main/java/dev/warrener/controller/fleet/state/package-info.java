/**
 * The state of a host's fleet: immutable records that own their look-ups. The rules that change the
 * state are in {@link dev.warrener.controller.fleet}; nothing here knows them.
 */
@NullMarked
package dev.warrener.controller.fleet.state;

import org.jspecify.annotations.NullMarked;
