/** JMH benchmarks of what is hot: frames, the envelope's JSON, decisions. */
@NullMarked
package dev.warrener.bench.micro;

import org.jspecify.annotations.NullMarked;
