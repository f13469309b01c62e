package dev.warrener.controller.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallbackGateTest {

  @Test
  void nothingPassesOnceItIsShut() {
    var gate = new CallbackGate();
    var calls = new AtomicInteger();
    assertThat(gate.pass(calls::incrementAndGet)).isTrue();

    gate.shut();
    gate.shut();

    assertThat(gate.pass(calls::incrementAndGet)).isFalse();
    assertThat(calls).hasValue(1);
  }

  @Test
  void shuttingWaitsForTheCallbackThatIsUnderWay() throws InterruptedException {
    var gate = new CallbackGate();
    var inside = new CountDownLatch(1);
    var mayLeave = new CountDownLatch(1);
    var left = new AtomicBoolean();
    Thread caller =
        Thread.ofPlatform()
            .start(() ->
                gate.pass(() -> {
                  inside.countDown();
                  awaitUninterrupted(mayLeave);
                  left.set(true);
                }));
    inside.await();
    Thread helper = Thread.ofPlatform().start(mayLeave::countDown);

    gate.shut();

    assertThat(left).isTrue();
    caller.join();
    helper.join();
  }

  @Test
  void noCallbackIsSeenAfterItWasShutWhoeverRaces() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      var gate = new CallbackGate();
      var shut = new AtomicBoolean();
      var late = new AtomicInteger();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        callers.add(
            Thread.ofPlatform()
                .start(() -> {
                  boolean open = true;
                  while (open) {
                    open =
                        gate.pass(() -> {
                          if (shut.get()) {
                            late.incrementAndGet();
                          }
                        });
                  }
                }));
      }
      gate.shut();
      shut.set(true);
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(late).hasValue(0);
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
