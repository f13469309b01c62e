/** Words for sentences about a fleet, shared by the roll-call and by programs that show it. */
@NullMarked
package dev.warrener.operator.text;

import org.jspecify.annotations.NullMarked;
