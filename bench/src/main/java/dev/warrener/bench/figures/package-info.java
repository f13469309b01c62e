/**
 * The figures: samples, their spread, and the file that keeps them. Nothing here knows a broker or
 * a page.
 */
@NullMarked
package dev.warrener.bench.figures;

import org.jspecify.annotations.NullMarked;
