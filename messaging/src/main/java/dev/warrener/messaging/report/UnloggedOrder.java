package dev.warrener.messaging.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The way of an order that the log of orders does not have.
 *
 * @param origin {@code local} if it came over the controller's socket, {@code tripwire} if the
 *     controller has made it because the tripwire was pulled
 * @param user the user of the host who gave it, for whom the kernel vouches; null for the tripwire
 * @param issuedBy who issued it, as its program knows; null for the tripwire
 * @param reason the reason that was given; null for the tripwire
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UnloggedOrder(
    String origin, @Nullable String user, @Nullable String issuedBy, @Nullable String reason) {
  /** The origin of an order that came over the control socket. */
  public static final String LOCAL = "local";

  /** The origin of the order that a controller makes when the tripwire was pulled. */
  public static final String TRIPWIRE = "tripwire";
}
