package io.zaohua.engine;

import io.zaohua.engine.sample.Logits;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * How well a model predicts a text, by llama.cpp's procedure (tools/perplexity): the text in
 * windows of {@code context} tokens, each begun anew, the second half of each window scored.
 *
 * @param value exp of the mean negative log-likelihood
 * @param error standard error of the value
 * @param tokens scored tokens
 */
public record Perplexity(double value, double error, long tokens) {

  /** Negative log-likelihoods as they come in. */
  static final class Sum {
    private double sum;
    private double squares;
    private long count;

    void add(double nll) {
      sum += nll;
      squares += nll * nll;
      count++;
    }

    Perplexity result() {
      double mean = sum / count;
      double variance = squares / count - mean * mean;
      double value = Math.exp(mean);
      double error = count > 1 ? Math.sqrt(Math.max(0, variance) / (count - 1)) * value : 0;
      return new Perplexity(value, error, count);
    }
  }

  /** Scores {@code text}; {@code progress} hears the value after each window. */
  public static Perplexity of(
      LanguageModel model, String text, int context, Consumer<Perplexity> progress) {
    Tokenizer tokenizer = model.tokenizer();
    int[] ids = tokenizer.encodeOpenPrompt(text, false);
    return of(model, ids, context, begin(tokenizer).orElse(-1), progress);
  }

  /** The token that begins every text, and so every window, if the model wants one. */
  static OptionalInt begin(Tokenizer tokenizer) {
    int[] open = tokenizer.encodeOpenPrompt("", false);
    return open.length > tokenizer.encode("", false).length
        ? OptionalInt.of(open[0])
        : OptionalInt.empty();
  }

  /**
   * The same for ready tokens.
   *
   * @param begin token that stands at the start of every window, or -1
   */
  public static Perplexity of(
      LanguageModel model, int[] ids, int context, int begin, Consumer<Perplexity> progress) {
    if (context < 4) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("A window of %d tokens scores nothing.", "%d 个词元的窗口无法评分。", context),
          Message.of("Give windows of at least 4 tokens.", "窗口至少为 4 个词元。"));
    }
    if (ids.length < 2L * context) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The text has %,d tokens; two windows of %,d are needed at least.",
              "文本有 %,d 个词元;至少需要两个 %,d 词元的窗口。", ids.length, context),
          Message.of("Use a longer text or smaller windows.", "请用更长的文本或更小的窗口。"));
    }
    Sum sum = new Sum();
    for (int at = 0; at + context <= ids.length; at += context) {
      int[] window = Arrays.copyOfRange(ids, at, at + context);
      int[] expected = window.clone();
      if (begin >= 0) {
        window[0] = begin;
      }
      int first = context / 2;
      model.logits(
          window,
          context,
          first,
          (_, row, logits, offset) -> {
            if (row < context - 1) {
              sum.add(
                  -logProbability(logits, offset, model.spec().vocabulary(), expected[row + 1]));
            }
          });
      progress.accept(sum.result());
    }
    return sum.result();
  }

  /** Log of the softmax at {@code id}. */
  static double logProbability(float[] logits, int offset, int vocabulary, int id) {
    return logits[offset + id] - Logits.logSumExp(logits, offset, vocabulary);
  }
}
