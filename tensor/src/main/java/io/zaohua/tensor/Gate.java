package io.zaohua.tensor;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the threads inside libtorch, and lets none in any more once it is closed. When a process
 * ends, libtorch's static objects are destroyed; a thread that still computes then would read what
 * is gone and take the process down with a crash report in place of its exit code.
 */
final class Gate {
  private final AtomicInteger inside = new AtomicInteger();
  private volatile boolean closed;

  /** Goes in; never returns once the gate is closed. */
  void enter() {
    inside.incrementAndGet();
    if (closed) {
      inside.decrementAndGet();
      while (true) {
        LockSupport.park(this);
      }
    }
  }

  void leave() {
    inside.decrementAndGet();
  }

  /**
   * Lets nobody in any more and waits for those inside.
   *
   * @param seconds how long at most
   * @return whether all came out
   */
  boolean close(double seconds) {
    closed = true;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (inside.get() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    return inside.get() == 0;
  }
}
