package dev.warrener.controller.audit;

import java.io.Serial;

/** Thrown when the audit log can't be opened. The message says why, and what to do. */
public final class AuditException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  AuditException(String message, Throwable cause) {
    super(message, cause);
  }
}
