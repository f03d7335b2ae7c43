package io.zaohua.app.command;

import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.step.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * Tokens per second of a loaded model, on arbitrary tokens. Runs of the first seconds, one at
 * least, compile and do not count.
 *
 * @param repetitions runs that count
 */
record Throughput(LanguageModel model, int repetitions) {
  /** Rows of a prompt that run together, as in llama-bench. */
  private static final int CHUNK = 512;

  /** What C2 needs for all methods of a step. */
  private static final long WARM_NANOSECONDS = 4_000_000_000L;

  /** Mean over the repetitions and their standard deviation. */
  record Result(double tokensPerSecond, double deviation) {}

  /** Reading a prompt of {@code tokens}. */
  Result prompt(int tokens) {
    return measured(
        tokens,
        () -> {
          try (KvSequence sequence = model.executor().open(tokens)) {
            long start = System.nanoTime();
            read(sequence, tokens, 0);
            return System.nanoTime() - start;
          }
        });
  }

  /** Writing {@code tokens} in each of {@code sequences} after {@code depth} that are there. */
  Result generation(int sequences, int depth, int tokens) {
    return measured(
        (long) sequences * tokens,
        () -> {
          List<KvSequence> open = new ArrayList<>();
          try {
            for (int i = 0; i < sequences; i++) {
              open.add(model.executor().open(depth + tokens));
              read(open.getLast(), depth, i);
            }
            long start = System.nanoTime();
            for (int at = 0; at < tokens; at++) {
              Step step = new Step();
              for (int i = 0; i < sequences; i++) {
                step.add(open.get(i), new int[] {id(depth + at, i)}, 0, 1, Step.Wanted.LAST);
              }
              model.executor().run(step, (_, _, _, _) -> {});
            }
            return System.nanoTime() - start;
          } finally {
            open.forEach(KvSequence::close);
          }
        });
  }

  private void read(KvSequence sequence, int tokens, int which) {
    int[] ids = new int[tokens];
    for (int i = 0; i < tokens; i++) {
      ids[i] = id(i, which);
    }
    for (int at = 0; at < tokens; at += CHUNK) {
      int count = Math.min(CHUNK, tokens - at);
      Step.Wanted wanted = at + count == tokens ? Step.Wanted.LAST : Step.Wanted.NONE;
      model.executor().run(new Step().add(sequence, ids, at, count, wanted), (_, _, _, _) -> {});
    }
  }

  /** Some token; speed does not depend on which. */
  private int id(int position, int which) {
    return (int)
        Math.floorMod(position * 7919L + which * 104729L + 17, (long) model.spec().vocabulary());
  }

  private Result measured(long tokens, Run run) {
    long warm = System.nanoTime() + WARM_NANOSECONDS;
    do {
      run.nanoseconds();
    } while (System.nanoTime() < warm);
    double[] rates = new double[repetitions];
    double sum = 0;
    for (int i = 0; i < repetitions; i++) {
      rates[i] = tokens * 1e9 / run.nanoseconds();
      sum += rates[i];
    }
    double mean = sum / repetitions;
    double squares = 0;
    for (double rate : rates) {
      squares += (rate - mean) * (rate - mean);
    }
    return new Result(mean, repetitions > 1 ? Math.sqrt(squares / (repetitions - 1)) : 0);
  }

  private interface Run {
    long nanoseconds();
  }
}
