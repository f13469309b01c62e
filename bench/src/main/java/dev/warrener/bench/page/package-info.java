/** The page and the plots, made from the figures alone. */
@NullMarked
package dev.warrener.bench.page;

import org.jspecify.annotations.NullMarked;
