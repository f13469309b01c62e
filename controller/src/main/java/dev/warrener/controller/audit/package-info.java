/**
 * The audit log: a file of JSON lines that is only ever appended to, in which each line carries the
 * SHA-256 of the one before it. {@link dev.warrener.controller.audit.AuditLog} writes it, {@link
 * dev.warrener.controller.audit.AuditChain} verifies that it is complete.
 */
@NullMarked
package dev.warrener.controller.audit;

import org.jspecify.annotations.NullMarked;
