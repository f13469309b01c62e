/** What the Java VM is shown when its caches are made. No part of any command. */
@NullMarked
package dev.warrener.ops.training;

import org.jspecify.annotations.NullMarked;
