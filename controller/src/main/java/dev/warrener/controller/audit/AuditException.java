package dev.warrener.controller.audit;

import java.io.Serial;

/** The audit log can't be opened; the message is a sentence that says why and what to do. */
public final class AuditException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  AuditException(String message, Throwable cause) {
    super(message, cause);
  }
}
