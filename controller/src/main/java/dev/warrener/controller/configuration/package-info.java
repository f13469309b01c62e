/**
 * A controller's settings: the table of all of them, and what reads, checks and shows their values.
 */
@NullMarked
package dev.warrener.controller.configuration;

import org.jspecify.annotations.NullMarked;
