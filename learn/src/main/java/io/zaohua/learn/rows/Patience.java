package io.zaohua.learn.rows;

import java.io.IOException;
import java.time.Duration;

/**
 * Steps on the calling thread that may never come back: the library of Parquet turns round for ever
 * in pages of some damaged files. A step that takes too long is interrupted, which it heeds.
 */
final class Patience implements AutoCloseable {
  /** A step that may be interrupted. */
  interface Step<T> {
    T take() throws IOException;
  }

  /** It came to no end. */
  static final class Lost extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private final Thread worker = Thread.currentThread();
  private final Thread watch;
  private long begun; // 0: none is under way
  private boolean lost;

  Patience(Duration longest) {
    // no virtual one: those of the library may hold all that carries them
    watch = Thread.ofPlatform().daemon().start(() -> watch(longest));
  }

  private void watch(Duration longest) {
    try {
      while (true) {
        Thread.sleep(longest.dividedBy(4));
        synchronized (this) {
          if (begun != 0 && System.nanoTime() - begun > longest.toNanos()) {
            lost = true;
            worker.interrupt();
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      // nothing is left to watch
    }
  }

  /**
   * Takes a step.
   *
   * @throws Lost if it took too long, whatever came of it
   */
  <T> T take(Step<T> step) throws IOException {
    synchronized (this) {
      begun = System.nanoTime();
    }
    try {
      return step.take();
    } finally {
      end();
    }
  }

  private void end() throws Lost {
    synchronized (this) {
      begun = 0;
      if (lost) {
        Thread.interrupted(); // it was ours
        throw new Lost();
      }
    }
  }

  /** Whether a step came to no end: what it left open must not be waited for. */
  synchronized boolean lost() {
    return lost;
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
