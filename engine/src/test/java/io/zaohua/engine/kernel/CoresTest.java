package io.zaohua.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class CoresTest {

  /** Lets both workers of two cores take one piece each. */
  private static Thread[] together(Cores cores) {
    var threads = new AtomicReferenceArray<Thread>(2);
    cores.forEach(
        2,
        1,
        (from, to, thread) -> {
          threads.set(thread, Thread.currentThread());
          long end = System.nanoTime() + 5_000_000_000L;
          while ((threads.get(0) == null || threads.get(1) == null) && System.nanoTime() < end) {
            Thread.onSpinWait();
          }
        });
    return new Thread[] {threads.get(0), threads.get(1)};
  }

  @Test
  void everyIndexRunsOnceInEveryRound() {
    try (var cores = new Cores(4)) {
      for (int round = 0; round < 20_000; round++) {
        int count = 1 + round % 23;
        var seen = new AtomicIntegerArray(count);
        cores.forEach(
            count,
            1 + round % 3,
            (from, to, _) -> {
              for (int i = from; i < to; i++) {
                seen.incrementAndGet(i);
              }
            });
        for (int i = 0; i < count; i++) {
          assertThat(seen.get(i)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void parkedHelpersWakeUp() {
    try (var cores = new Cores(2)) {
      for (int round = 0; round < 5; round++) {
        LockSupport.parkNanos(5_000_000);
        assertThat(together(cores)).doesNotContainNull();
      }
    }
  }

  @Test
  void aWorkersFailureReachesTheCallerAndTheCoresStayUsable() {
    try (var cores = new Cores(3)) {
      for (int bad = 0; bad < 9; bad++) {
        int which = bad;
        assertThatThrownBy(
                () ->
                    cores.forEach(
                        9,
                        1,
                        (from, to, _) -> {
                          if (from == which) {
                            throw new IllegalArgumentException("piece " + which);
                          }
                        }))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("piece " + bad);
        var seen = new AtomicIntegerArray(9);
        cores.forEach(9, 1, (from, to, _) -> seen.incrementAndGet(from));
        assertThat(seen.toString()).isEqualTo("[1, 1, 1, 1, 1, 1, 1, 1, 1]");
      }
    }
  }

  @Test
  void anInterruptNeitherStopsTheStepNorGetsLost() {
    try (var cores = new Cores(2)) {
      Thread.currentThread().interrupt();
      var seen = new AtomicIntegerArray(8);
      cores.forEach(8, 1, (from, to, _) -> seen.incrementAndGet(from));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(seen.toString()).isEqualTo("[1, 1, 1, 1, 1, 1, 1, 1]");
    }
  }

  @Test
  void idleHelpersUseNoTime() throws InterruptedException {
    try (var cores = new Cores(2)) {
      Thread[] threads = together(cores);
      for (int i = 0; i < 100 && threads[1].getState() != Thread.State.WAITING; i++) {
        Thread.sleep(20); // parking would return at once where a permit is left over
      }
      assertThat(threads[1].getState()).isEqualTo(Thread.State.WAITING);
    }
  }

  @Test
  void twoEnginesTakeTurns() throws InterruptedException {
    var running = new AtomicIntegerArray(2); // pieces of each engine
    var clash = new AtomicIntegerArray(1);
    List<Thread> callers = new ArrayList<>();
    for (int engine = 0; engine < 2; engine++) {
      int me = engine;
      callers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (var cores = new Cores(2)) {
                      for (int i = 0; i < 200; i++) {
                        cores.forEach(
                            4,
                            1,
                            (from, to, _) -> {
                              running.incrementAndGet(me);
                              if (running.get(1 - me) > 0) {
                                clash.set(0, 1);
                              }
                              running.decrementAndGet(me);
                            });
                      }
                    }
                  }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(clash.get(0)).isZero();
  }

  @Test
  void closingTwiceIsFineAndUseAfterwardsIsRefused() throws InterruptedException {
    var cores = new Cores(2);
    Thread[] threads = together(cores);
    cores.close();
    cores.close();
    threads[1].join(5_000);
    assertThat(threads[1].isAlive()).isFalse();
    assertThatThrownBy(() -> cores.forEach(8, 1, (from, to, _) -> {}))
        .isInstanceOf(IllegalStateException.class);
  }
}
