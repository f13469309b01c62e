/**
 * Output to terminals, pipes and files: results on stdout, messages on stderr. Colours and widths
 * depend on whether the descriptor is a terminal.
 */
@NullMarked
package dev.warrener.ops.screen;

import org.jspecify.annotations.NullMarked;
