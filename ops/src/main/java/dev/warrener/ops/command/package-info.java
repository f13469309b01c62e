/**
 * The tree of commands, and the commands that stand alone: controller, doctor, queue create, audit.
 */
@NullMarked
package dev.warrener.ops.command;

import org.jspecify.annotations.NullMarked;
