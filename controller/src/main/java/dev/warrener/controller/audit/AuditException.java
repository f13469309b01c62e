package dev.warrener.controller.audit;

import java.io.Serial;

/** Says that the audit log can't be opened; the message says why and what to do. */
public final class AuditException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  AuditException(String message, Throwable cause) {
    super(message, cause);
  }
}
