/** A controller's settings: read from file, environment and options, checked, and shown. */
@NullMarked
package dev.warrener.controller.configuration;

import org.jspecify.annotations.NullMarked;
