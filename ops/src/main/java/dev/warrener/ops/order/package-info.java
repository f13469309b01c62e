/**
 * The commands that give orders (kill, hold, resume, drain, purge) or show past ones, and what a
 * person sees meanwhile. The flow of an order itself is in {@link dev.warrener.operator.order}.
 */
@NullMarked
package dev.warrener.ops.order;

import org.jspecify.annotations.NullMarked;
