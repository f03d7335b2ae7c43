package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class GateTest {
  private final Gate gate = new Gate();

  @Test
  void closingWaitsForThoseInside() throws InterruptedException {
    var in = new CountDownLatch(1);
    var out = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(
            () -> {
              gate.enter();
              in.countDown();
              await(out);
              gate.leave();
            });
    in.await();
    assertThat(gate.close(0.02)).isFalse();
    out.countDown();
    assertThat(gate.close(10)).isTrue();
  }

  @Test
  void nobodyComesInAfterwards() throws InterruptedException {
    assertThat(gate.close(1)).isTrue();
    var passed = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(
            () -> {
              gate.enter();
              passed.countDown();
            });
    assertThat(passed.await(50, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(gate.close(1)).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
