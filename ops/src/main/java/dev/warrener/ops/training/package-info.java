/**
 * The training runs with which the class caches of the Java VM are made. No part of any command.
 */
@NullMarked
package dev.warrener.ops.training;

import org.jspecify.annotations.NullMarked;
