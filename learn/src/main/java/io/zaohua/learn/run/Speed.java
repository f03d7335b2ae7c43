package io.zaohua.learn.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a run goes, over its last steps. */
final class Speed {
  private static final int STEPS = 20;

  private record Mark(long nanos, long tokens) {}

  private final Deque<Mark> marks = new ArrayDeque<>();

  Speed() {
    marks.add(new Mark(System.nanoTime(), 0));
  }

  void step(long tokens) {
    marks.add(new Mark(System.nanoTime(), marks.getLast().tokens() + tokens));
    if (marks.size() > STEPS + 1) {
      marks.removeFirst();
    }
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
