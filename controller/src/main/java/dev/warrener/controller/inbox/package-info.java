/** What reaches a controller from its workers, turned into events and log lines. */
@NullMarked
package dev.warrener.controller.inbox;

import org.jspecify.annotations.NullMarked;
