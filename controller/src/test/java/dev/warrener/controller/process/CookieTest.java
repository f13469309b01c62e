package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.death.WorkerKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTest {

  @Test
  void itIsReadAsItIsWritten() {
    var cookie = new Cookie(ControllerRun.begin("web-1"), new WorkerKey(3, 14));

    assertThat(Cookie.parse(cookie.toString())).isEqualTo(cookie);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "web-1/1/2/3/4", "web-1/1/2/3/4/0.1", "web-1/1/2/3/4/1.1.1x", "/1.1"})
  void otherTextIsNoCookie(String value) {
    assertThat(Cookie.parse(value)).isNull();
  }
}
