/**
 * The {@code warrener} command line. {@link dev.warrener.ops.Main} reads the arguments and ends
 * with an {@link dev.warrener.ops.invocation.ExitStatus}.
 *
 * <ul>
 *   <li>{@code command}: the tree of commands, and those that stand alone
 *   <li>{@code order}, {@code view}, {@code dead}, {@code publish}, {@code demo}: the other
 *       commands, by what they are about
 *   <li>{@code invocation}: what every command needs of its call
 *   <li>{@code screen}: what terminals, pipes and files get to see; knows no command
 *   <li>{@code log}: where log lines go
 *   <li>{@code training}: what the Java VM is shown for its caches
 * </ul>
 */
@NullMarked
package dev.warrener.ops;

import org.jspecify.annotations.NullMarked;
