/**
 * The measured programs: Warrener and its peers. Each runs in processes of its own, on the same
 * queue.
 */
@NullMarked
package dev.warrener.bench.subject;

import org.jspecify.annotations.NullMarked;
