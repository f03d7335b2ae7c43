package io.zaohua.engine.kernel;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The worker threads of one engine: the caller and {@code threads - 1} workers that spin briefly
 * between the matrices of one token and park between tokens.
 *
 * <p>One caller at a time; others wait. Engines of one process take turns: a caller holds the
 * process-wide lease of cores for one {@link #forEach}.
 */
public final class Cores implements AutoCloseable {

  /**
   * A piece of work: indexes {@code from} to {@code to} (exclusive), run by worker {@code thread}.
   */
  @FunctionalInterface
  public interface Body {
    void run(int from, int to, int thread);
  }

  /** About 100 us of spinning before a worker parks. */
  private static final int SPINS = 5_000;

  private static final ReentrantLock LEASE = new ReentrantLock(true);

  /**
   * One {@link #forEach}: a worker that comes late holds the old round, whose pieces are all taken,
   * and so can never run a piece of the next.
   */
  private static final class Round {
    final Body body;
    final int count;
    final int grain;

    /** Next index to take. */
    final AtomicLong next = new AtomicLong();

    /** Indexes whose piece has ended, well or with a failure. */
    final AtomicLong done = new AtomicLong();

    volatile @Nullable Throwable failure;

    Round(Body body, int count, int grain) {
      this.body = body;
      this.count = count;
      this.grain = grain;
    }

    void work(int thread) {
      for (long from = next.getAndAdd(grain); from < count; from = next.getAndAdd(grain)) {
        int to = (int) Math.min(count, from + grain);
        try {
          if (failure == null) {
            body.run((int) from, to, thread);
          }
        } catch (Throwable t) {
          failure = t;
        } finally {
          done.addAndGet(to - from);
        }
      }
    }
  }

  /** A worker; {@code parked} is set before it looks for work the last time. */
  private static final class Worker {
    final Thread thread;
    volatile boolean parked;

    Worker(int id, Cores cores) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .name("zaohua-core-" + id)
              .unstarted(() -> cores.help(id, this));
    }
  }

  private final Worker[] workers;
  private volatile @Nullable Round current;
  private volatile boolean closed;

  public Cores(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("at least one thread is needed, got " + threads);
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1, this);
    }
    for (Worker worker : workers) {
      worker.thread.start();
    }
  }

  /** Workers, the caller included. */
  public int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code body} over 0 .. count in pieces of {@code grain}, on all workers; returns when
   * every piece is done. The body must not call forEach itself. Which worker runs a piece is left
   * open. If a piece fails, pieces not yet begun are left out and the failure is thrown here. An
   * interrupt is left for the caller to see.
   */
  public void forEach(int count, int grain, Body body) {
    if (count <= 0) {
      return;
    }
    if (closed) {
      throw new IllegalStateException("these cores were closed");
    }
    int step = Math.max(1, grain);
    if (workers.length == 0 || count <= step) {
      body.run(0, count, 0);
      return;
    }
    LEASE.lock();
    try {
      share(new Round(body, count, step));
    } finally {
      LEASE.unlock();
    }
  }

  @SuppressWarnings("ThreadPriorityCheck")
  private void share(Round round) {
    current = round;
    wake();
    round.work(0);
    for (int spins = 0; round.done.get() < round.count; spins++) {
      if (spins < 20 * SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // a worker was pushed off its core: let it finish
      }
    }
    Throwable failed = round.failure;
    switch (failed) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException("a worker failed", failed);
    }
  }

  private void wake() {
    for (Worker worker : workers) {
      if (worker.parked) {
        LockSupport.unpark(worker.thread);
      }
    }
  }

  private void help(int thread, Worker self) {
    Round seen = null;
    while (!closed) {
      int spins = 0;
      while (current == seen && !closed) {
        if (++spins < SPINS) {
          Thread.onSpinWait();
          continue;
        }
        self.parked = true;
        if (current == seen && !closed) {
          LockSupport.park(this);
          // an interrupt would turn parking into spinning
          boolean _ = Thread.interrupted();
        }
        self.parked = false;
      }
      seen = current;
      if (seen != null) {
        seen.work(thread);
      }
    }
  }

  /** Ends the workers; a step that runs is finished first. Closing again does nothing. */
  @Override
  public void close() {
    LEASE.lock();
    try {
      closed = true;
      current = null;
      wake();
    } finally {
      LEASE.unlock();
    }
  }
}
