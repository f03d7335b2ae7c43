package io.zaohua.engine;

import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.step.Executor;
import io.zaohua.engine.step.Step;
import io.zaohua.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
  private final List<Integer> ids = new ArrayList<>();
  private KvSequence sequence;

  GenerationRun(
      LanguageModel model, int[] prompt, GenerateOptions options, Consumer<String> listener) {
    model.checkLength(prompt.length);
    this.model = model;
    this.executor = model.executor();
    this.options = options;
    this.prompt = prompt;
    this.tokenizer = model.tokenizer();
    this.output =
        new TextOutput(tokenizer.stream(false, !options.ignoreEnd()), options.stop(), listener);
    this.logits = new float[model.spec().vocabulary()];
    this.sequence = executor.open(model.contextLength());
  }

  Generation run() {
    try {
      long start = System.nanoTime();
      int cached = sequence.adopt(prompt, prompt.length - 1);
      boolean read = read(prompt, cached);
      long generating = System.nanoTime();
      Generation.Reason reason = read ? generate() : Generation.Reason.CANCELLED;
      output.finish();
      return new Generation(
          output.text(),
          ids,
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
    TokenHistory history = new TokenHistory(prompt);
    int limit = options.maxTokens() < 0 ? Integer.MAX_VALUE : options.maxTokens();
    int[] next = new int[1];
    while (ids.size() < limit) {
      if (options.cancelled().getAsBoolean()) {
        return Generation.Reason.CANCELLED;
      }
      int id = options.chooser().choose(logits, history);
      ids.add(id);
      history.add(id);
      if (ends(id)) {
        return Generation.Reason.STOP;
      }
      if (output.accept(id)) {
        return Generation.Reason.STOP;
      }
      if (ids.size() == limit) {
        return Generation.Reason.LENGTH;
      }
      if (sequence.length() + 1 > model.contextLength()) {
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

  private boolean ends(int id) {
    return options.stopTokens().contains(id)
        || (!options.ignoreEnd()
            && (tokenizer.ends().contains(id)
                || model.checkpoint().generation().endTokens().contains(id)));
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
