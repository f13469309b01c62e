/**
 * The JSON of the contract: one mapper that is strict about fields that are missing and ignores
 * fields that are new.
 *
 * <p><b>Internal.</b> Other modules of Warrener use it; programs that embed Warrener get values,
 * not JSON.
 */
@NullMarked
package dev.warrener.messaging.json;

import org.jspecify.annotations.NullMarked;
