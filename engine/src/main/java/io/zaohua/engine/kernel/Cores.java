package io.zaohua.engine.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The worker threads of one engine: the caller and {@code threads - 1} helpers that spin between
 * the matrices of one token and park between tokens.
 *
 * <p>One caller at a time.
 */
public final class Cores implements AutoCloseable {

  /**
   * A piece of work: indexes {@code from} to {@code to} (exclusive), run by worker {@code thread}.
   */
  @FunctionalInterface
  public interface Body {
    void run(int from, int to, int thread);
  }

  private static final int SPINS = 20_000;

  private final Thread[] helpers;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger round = new AtomicInteger();
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private @Nullable Body body;
  private int count;
  private int grain;

  public Cores(int threads) {
    helpers = new Thread[Math.max(0, threads - 1)];
    for (int i = 0; i < helpers.length; i++) {
      int id = i + 1;
      helpers[i] = Thread.ofPlatform().daemon().name("zaohua-core-" + id).start(() -> help(id));
    }
  }

  /** Workers, the caller included. */
  public int threads() {
    return helpers.length + 1;
  }

  /**
   * Runs {@code body} over 0 .. count in pieces of {@code grain}, on all workers; returns when
   * every piece is done. Which worker runs a piece is left open.
   */
  public void forEach(int count, int grain, Body body) {
    if (helpers.length == 0 || count <= grain) {
      if (count > 0) {
        body.run(0, count, 0);
      }
      return;
    }
    this.body = body;
    this.count = count;
    this.grain = grain;
    next.set(0);
    running.set(helpers.length);
    round.incrementAndGet();
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
    try {
      work(body, 0);
    } finally {
      while (running.get() > 0) {
        Thread.onSpinWait();
      }
    }
    Throwable failed = failure;
    if (failed != null) {
      failure = null;
      switch (failed) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException("a worker failed", failed);
      }
    }
  }

  private void work(Body task, int thread) {
    int n = count;
    int step = grain;
    for (int from = next.getAndAdd(step); from < n; from = next.getAndAdd(step)) {
      task.run(from, Math.min(n, from + step), thread);
    }
  }

  private void help(int thread) {
    int seen = 0;
    while (true) {
      int spins = 0;
      while (round.get() == seen) {
        if (closed) {
          return;
        }
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      seen = round.get();
      Body task = body;
      try {
        if (task != null) {
          work(task, thread);
        }
      } catch (Throwable t) {
        failure = t;
      } finally {
        running.decrementAndGet();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
