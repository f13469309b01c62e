/**
 * What a terminal, a pipe or a file gets to see: results on stdout, talk on stderr, each by what
 * its own descriptor is.
 */
@NullMarked
package dev.warrener.ops.screen;

import org.jspecify.annotations.NullMarked;
