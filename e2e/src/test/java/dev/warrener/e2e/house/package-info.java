/** The rules of the project itself: the arrows between modules and packages, sizes, and pages. */
@NullMarked
package dev.warrener.e2e.house;

import org.jspecify.annotations.NullMarked;
