package io.zaohua.engine;

import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.sample.BeamSearch;
import io.zaohua.engine.sample.LogProbs;
import io.zaohua.engine.sample.TokenHistory;
import io.zaohua.engine.step.Executor;
import io.zaohua.engine.step.Step;
import io.zaohua.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** One request from prompt to end. */
final class GenerationRun {
  private final LanguageModel model;
  private final Executor executor;
  private final GenerateOptions options;
  private final int[] prompt;
  private final TextOutput output;
  private final Tokenizer tokenizer;
  private final float[] logits;
  private final float[] seen;
  private final List<Integer> ids = new ArrayList<>();
  private final List<LogProbs> logProbs = new ArrayList<>();
  private final Set<Integer> ends;
  private KvSequence sequence;

  GenerationRun(
      LanguageModel model, int[] prompt, GenerateOptions options, Consumer<String> listener) {
    model.checkLength(prompt.length);
    this.model = model;
    this.executor = model.executor();
    this.options = options;
    this.prompt = prompt;
    this.tokenizer = model.tokenizer();
    this.ends = endTokens();
    this.output =
        new TextOutput(tokenizer.stream(false, !options.ignoreEnd()), options.stop(), listener);
    this.logits = new float[model.spec().vocabulary()];
    this.seen = new float[options.logProbs() < 0 ? 0 : logits.length];
    this.sequence = executor.open(model.contextLength());
  }

  Generation run() {
    try {
      long start = System.nanoTime();
      int cached = sequence.adopt(prompt, prompt.length - 1);
      boolean read = read(prompt, cached);
      long generating = System.nanoTime();
      Generation.Reason reason = Generation.Reason.CANCELLED;
      if (read) {
        reason = options.beams().active() ? search() : generate();
      }
      output.finish();
      return new Generation(
          output.text(),
          ids,
          logProbs,
          reason,
          prompt.length,
          cached,
          (generating - start) / 1e9,
          (System.nanoTime() - generating) / 1e9);
    } finally {
      sequence.close();
    }
  }

  /** Runs tokens from {@code from} on, keeping the last logits; false when cancelled meanwhile. */
  private boolean read(int[] tokens, int from) {
    for (int at = from; at < tokens.length; at += LanguageModel.CHUNK) {
      if (options.cancelled().getAsBoolean()) {
        return false;
      }
      int n = Math.min(LanguageModel.CHUNK, tokens.length - at);
      boolean last = at + n == tokens.length;
      executor.run(
          new Step().add(sequence, tokens, at, n, last ? Step.Wanted.LAST : Step.Wanted.NONE),
          (_, _, values, offset) -> System.arraycopy(values, offset, logits, 0, logits.length));
    }
    return true;
  }

  private Generation.Reason generate() {
    TokenHistory history = TokenHistory.of(prompt);
    int limit = options.maxTokens() < 0 ? Integer.MAX_VALUE : options.maxTokens();
    int[] next = new int[1];
    while (ids.size() < limit) {
      if (options.cancelled().getAsBoolean()) {
        return Generation.Reason.CANCELLED;
      }
      System.arraycopy(logits, 0, seen, 0, seen.length);
      int id = options.chooser().choose(logits, history);
      ids.add(id);
      if (seen.length > 0) {
        logProbs.add(LogProbs.top(seen, id, options.logProbs()));
      }
      history.add(id);
      if (ends.contains(id)) {
        return Generation.Reason.STOP;
      }
      if (output.accept(id)) {
        return Generation.Reason.STOP;
      }
      if (ids.size() == limit) {
        return Generation.Reason.LENGTH;
      }
      if (sequence.length() + 1 > executor.beginning() + model.contextLength()) {
        if (!options.slide()) {
          return Generation.Reason.CONTEXT;
        }
        if (!slide(history)) {
          return Generation.Reason.CANCELLED;
        }
        continue;
      }
      next[0] = id;
      executor.run(
          new Step().add(sequence, next, 0, 1, Step.Wanted.LAST),
          (_, _, values, offset) -> System.arraycopy(values, offset, logits, 0, logits.length));
    }
    return Generation.Reason.LENGTH;
  }

  /** The best text that beam search finds, as far as a stop text lets it go. */
  private Generation.Reason search() {
    int room = model.contextLength() - prompt.length + 1;
    int limit = options.maxTokens() < 0 ? room : Math.min(room, options.maxTokens());
    if (limit == 0) {
      return Generation.Reason.LENGTH;
    }
    GenerateOptions.Beams beams = options.beams();
    var search = new BeamSearch(beams.count(), beams.lengthPenalty(), limit, ends);
    BeamSearch.Hypothesis best;
    try (SequenceBeams rows = new SequenceBeams(executor, sequence, logits)) {
      best = search.search(rows, options.cancelled()).getFirst();
    }
    for (int id : best.tokens()) {
      ids.add(id);
      if (ends.contains(id) || output.accept(id)) {
        return Generation.Reason.STOP;
      }
    }
    if (ids.size() < limit) {
      return Generation.Reason.CANCELLED;
    }
    return limit == options.maxTokens() ? Generation.Reason.LENGTH : Generation.Reason.CONTEXT;
  }

  private Set<Integer> endTokens() {
    Set<Integer> all = new HashSet<>(options.stopTokens());
    if (!options.ignoreEnd()) {
      all.addAll(tokenizer.ends());
      all.addAll(model.checkpoint().generation().endTokens());
    }
    return all;
  }

  /**
   * Starts anew with the newer half of the text, read again since keys were turned by position;
   * false when cancelled meanwhile.
   */
  private boolean slide(TokenHistory history) {
    int[] all = history.toArray();
    int keep = Math.max(1, model.contextLength() / 2);
    sequence.close();
    sequence = executor.open(model.contextLength());
    return read(Arrays.copyOfRange(all, all.length - keep, all.length), 0);
  }
}
