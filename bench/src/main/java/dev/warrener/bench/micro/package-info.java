/**
 * JMH benchmarks of single steps: frames, a message's JSON, decisions of the fleet; and of the
 * persistent collections that the fleet's state could use.
 */
@NullMarked
package dev.warrener.bench.micro;

import org.jspecify.annotations.NullMarked;
