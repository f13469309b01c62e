/** Tasks that are killed at the very moment they end: thousands of races, and their judge. */
@NullMarked
package dev.warrener.e2e.race;

import org.jspecify.annotations.NullMarked;
