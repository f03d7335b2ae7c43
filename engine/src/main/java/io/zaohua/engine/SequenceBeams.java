package io.zaohua.engine;

import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.sample.BeamModel;
import io.zaohua.engine.step.Executor;
import io.zaohua.engine.step.Step;
import java.util.ArrayList;
import java.util.List;

/** Rows of a beam search as forks of one cached prompt, all of them run in one step. */
final class SequenceBeams implements BeamModel, AutoCloseable {
  private final Executor executor;
  private final float[] first;
  private final List<float[]> logits = new ArrayList<>();
  private List<KvSequence> rows = new ArrayList<>();

  /**
   * @param prompt the sequence that holds the prompt; stays the caller's
   * @param first logits [vocabulary] after it
   */
  SequenceBeams(Executor executor, KvSequence prompt, float[] first) {
    this.executor = executor;
    this.first = first.clone();
    rows.add(prompt.fork());
  }

  @Override
  public float[] start() {
    return first;
  }

  @Override
  public List<float[]> advance(List<Integer> parents, List<Integer> tokens) {
    List<KvSequence> next = new ArrayList<>();
    for (int i = 0; i < parents.size(); i++) {
      int parent = parents.get(i);
      boolean again = parents.subList(0, i).contains(parent);
      next.add(again ? rows.get(parent).fork() : rows.get(parent));
    }
    for (int old = 0; old < rows.size(); old++) {
      if (!parents.contains(old)) {
        rows.get(old).close();
      }
    }
    rows = next;
    Step step = new Step();
    for (int i = 0; i < rows.size(); i++) {
      step.add(rows.get(i), new int[] {tokens.get(i)}, 0, 1, Step.Wanted.LAST);
      if (logits.size() <= i) {
        logits.add(new float[first.length]);
      }
    }
    executor.run(
        step,
        (row, _, values, offset) ->
            System.arraycopy(values, offset, logits.get(row), 0, first.length));
    return logits.subList(0, rows.size());
  }

  @Override
  public void close() {
    rows.forEach(KvSequence::close);
  }
}
