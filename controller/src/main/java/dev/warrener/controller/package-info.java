/** Placeholder. */
@NullMarked
package dev.warrener.controller;

import org.jspecify.annotations.NullMarked;
