/**
 * The {@code warrener} command line. {@link dev.warrener.ops.Main} reads the arguments and ends
 * with an {@link dev.warrener.ops.invocation.ExitStatus}.
 *
 * <ul>
 *   <li>{@code command}: the tree of commands, and those that stand alone
 *   <li>{@code order}, {@code view}, {@code dead}, {@code publish}, {@code demo}: the other
 *       commands, by what they are about
 *   <li>{@code invocation}: what every command needs of its call
 *   <li>{@code screen}: output to terminals, pipes and files; knows no command
 *   <li>{@code log}: the configuration of the log
 *   <li>{@code training}: training runs for the caches of the Java VM
 * </ul>
 */
@NullMarked
package dev.warrener.ops;

import org.jspecify.annotations.NullMarked;
