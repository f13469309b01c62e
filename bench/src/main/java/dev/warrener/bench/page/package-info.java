/** The pages and their charts, made from the recorded figures only. */
@NullMarked
package dev.warrener.bench.page;

import org.jspecify.annotations.NullMarked;
