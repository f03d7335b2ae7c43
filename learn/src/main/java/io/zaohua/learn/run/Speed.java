package io.zaohua.learn.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** How fast a run goes, over its last steps. */
final class Speed {
  private static final int STEPS = 20;

  /** How often the system is asked for the memory at most: it takes as long as a small step. */
  private static final long ASKED_NANOS = 100_000_000;

  /** Before this the JVM still compiles what a step does. */
  private static final long WARM_NANOS = 10_000_000_000L;

  private record Mark(long nanos, long tokens) {}

  private final Deque<Mark> marks = new ArrayDeque<>();
  private final Mark begin = new Mark(System.nanoTime(), 0);
  private Optional<Mark> warm = Optional.empty();
  private long asked = begin.nanos() - ASKED_NANOS;
  private long occupied;

  Speed() {
    marks.add(begin);
  }

  void step(long tokens) {
    marks.add(new Mark(System.nanoTime(), marks.getLast().tokens() + tokens));
    if (marks.size() > STEPS + 1) {
      marks.removeFirst();
    }
    if (warm.isEmpty() && marks.getLast().nanos() - begin.nanos() >= WARM_NANOS) {
      warm = Optional.of(marks.getLast());
    }
  }

  /** Tokens a second of the whole run, without its first ten seconds where it took longer. */
  double whole() {
    Mark from = warm.filter(w -> w.tokens() < marks.getLast().tokens()).orElse(begin);
    Mark last = marks.getLast();
    return (last.tokens() - from.tokens()) * 1e9 / Math.max(1, last.nanos() - from.nanos());
  }

  /** Tokens learned since the run began or went on. */
  long tokens() {
    return marks.getLast().tokens();
  }

  /** What {@link #memory()} said lately. */
  long memoryLately() {
    long now = marks.getLast().nanos();
    if (now - asked >= ASKED_NANOS) {
      asked = now;
      occupied = memory();
    }
    return occupied;
  }

  /** Tokens a second. */
  double rate() {
    return (marks.getLast().tokens() - marks.getFirst().tokens()) * 1e9 / Math.max(1, nanos());
  }

  /** How long so many steps will take. */
  Duration left(int steps) {
    return Duration.ofNanos(nanos() / Math.max(1, marks.size() - 1) * steps);
  }

  private long nanos() {
    return marks.getLast().nanos() - marks.getFirst().nanos();
  }

  /** Bytes this process occupies, 0 where the system does not say (only Linux does). */
  static long memory() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
