/** The JSON of the contract: one mapper, strict about what is missing, tolerant of what is new. */
@NullMarked
package dev.warrener.messaging.json;

import org.jspecify.annotations.NullMarked;
