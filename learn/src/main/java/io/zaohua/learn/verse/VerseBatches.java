package io.zaohua.learn.verse;

import io.zaohua.tensor.Functional;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Documents by the step. A step's documents are sorted by length and cut into equal parts, so that
 * little is padded and no document sees another.
 */
final class VerseBatches {
  private final List<int[]> documents;
  private final int perStep;
  private final int parts;
  private final long seed;

  VerseBatches(List<int[]> documents, int perStep, int parts, long seed) {
    if (perStep % parts != 0 || documents.size() < perStep) {
      throw new IllegalArgumentException(
          perStep + " of " + documents.size() + " documents in " + parts + " parts");
    }
    this.documents = List.copyOf(documents);
    this.perStep = perStep;
    this.parts = parts;
    this.seed = seed;
  }

  /**
   * Rows of one length: what stands at each position and what follows it.
   *
   * @param ids row by row, padded with 0
   * @param targets row by row, {@link Functional#IGNORED} past a document's end
   */
  record Part(int rows, int length, List<Long> ids, List<Long> targets) {
    long learned() {
      return targets.stream().filter(t -> t != Functional.IGNORED).count();
    }
  }

  /** The parts of a step, from 0 on without end; every time through has an order of its own. */
  List<Part> step(int step) {
    int perPass = documents.size() / perStep;
    int[] order = order(step / perPass);
    int from = step % perPass * perStep;
    List<int[]> taken =
        Arrays.stream(order, from, from + perStep)
            .mapToObj(documents::get)
            .sorted(Comparator.comparingInt(d -> d.length))
            .toList();
    int rows = perStep / parts;
    return IntStream.range(0, parts)
        .mapToObj(i -> part(taken.subList(i * rows, (i + 1) * rows)))
        .toList();
  }

  private int[] order(int pass) {
    int[] order = IntStream.range(0, documents.size()).toArray();
    SplittableRandom random = new SplittableRandom(seed + pass);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
    return order;
  }

  static Part part(List<int[]> rows) {
    int length = rows.stream().mapToInt(d -> d.length).max().orElse(1) - 1;
    Long[] ids = new Long[rows.size() * length];
    Long[] targets = new Long[ids.length];
    Arrays.fill(ids, 0L);
    Arrays.fill(targets, Functional.IGNORED);
    for (int r = 0; r < rows.size(); r++) {
      int[] d = rows.get(r);
      for (int i = 0; i < d.length - 1; i++) {
        ids[r * length + i] = (long) d[i];
        targets[r * length + i] = (long) d[i + 1];
      }
    }
    return new Part(rows.size(), length, List.of(ids), List.of(targets));
  }
}
