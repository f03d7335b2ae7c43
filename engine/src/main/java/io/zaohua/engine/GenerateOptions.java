package io.zaohua.engine;

import io.zaohua.engine.sample.BeamSearch;
import io.zaohua.engine.sample.TokenChooser;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * How text is generated.
 *
 * @param maxTokens new tokens at most; -1 for as many as the context holds
 * @param chooser picks each token
 * @param stop texts that end the answer; they are not part of it
 * @param stopTokens ids that end it besides the model's own
 * @param ignoreEnd whether the model's own end tokens are passed over
 * @param slide whether the oldest half of the context is dropped when it is full
 * @param cancelled asked before every token
 * @param logProbs so many of the likeliest tokens are told beside each token; -1 for no
 *     log-probabilities at all
 * @param beams more than one searches for the likeliest text instead of choosing token by token:
 *     the chooser is then not asked, and the text comes whole at the end
 */
public record GenerateOptions(
    int maxTokens,
    TokenChooser chooser,
    List<String> stop,
    Set<Integer> stopTokens,
    boolean ignoreEnd,
    boolean slide,
    BooleanSupplier cancelled,
    int logProbs,
    Beams beams) {

  /**
   * Beam search.
   *
   * @param count texts kept at once; 1 is no search
   * @param lengthPenalty a text of n new tokens scores its log-probability / n ^ lengthPenalty, as
   *     in transformers
   */
  public record Beams(int count, double lengthPenalty) {
    public static final Beams OFF = new Beams(1, 1);

    public Beams {
      BeamSearch.check(count, lengthPenalty);
    }

    boolean active() {
      return count > 1;
    }
  }

  public GenerateOptions {
    stop = List.copyOf(stop);
    stopTokens = Set.copyOf(stopTokens);
    if (maxTokens < -1) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "The number of tokens must be 0 or more, or -1, got %d.",
              "词元数须为 0 以上或 -1,得到 %d。", maxTokens),
          Message.of(
              "Give a number from 0 up, or -1 for as many as the context holds.",
              "请给出不小于 0 的数,或用 -1 表示直到上下文用尽。"));
    }
    if (logProbs < -1) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "The number of log-probabilities must be 0 or more, got %d.",
              "对数概率的个数须为 0 以上,得到 %d。", logProbs),
          Message.of("Give a number from 0 up, or -1 for none.", "请给出不小于 0 的数,或用 -1 表示不要。"));
    }
    if (beams.active() && (slide || logProbs >= 0)) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "Beam search neither slides nor tells log-probabilities of single tokens.",
              "集束搜索既不滑动,也不给出单个词元的对数概率。"),
          Message.of(
              "Leave out sliding and log-probabilities, or the beams.", "请去掉滑动与对数概率,或去掉集束搜索。"));
    }
    for (String s : stop) {
      if (s.isEmpty()) {
        throw new UserError(
            UserError.Kind.USAGE,
            Message.of("A stop text is empty.", "停止文本为空。"),
            Message.of("Leave it out or give some text.", "请去掉它或给出文本。"));
      }
    }
  }

  /** Greedy, until the model ends or the context is full. */
  public static GenerateOptions greedy() {
    return new GenerateOptions(
        -1, TokenChooser.GREEDY, List.of(), Set.of(), false, false, () -> false, -1, Beams.OFF);
  }

  public GenerateOptions withMaxTokens(int n) {
    return new GenerateOptions(
        n, chooser, stop, stopTokens, ignoreEnd, slide, cancelled, logProbs, beams);
  }

  public GenerateOptions withChooser(TokenChooser c) {
    return new GenerateOptions(
        maxTokens, c, stop, stopTokens, ignoreEnd, slide, cancelled, logProbs, beams);
  }

  public GenerateOptions withStop(List<String> texts) {
    return new GenerateOptions(
        maxTokens, chooser, texts, stopTokens, ignoreEnd, slide, cancelled, logProbs, beams);
  }

  public GenerateOptions withStopTokens(Set<Integer> ids) {
    return new GenerateOptions(
        maxTokens, chooser, stop, ids, ignoreEnd, slide, cancelled, logProbs, beams);
  }

  public GenerateOptions withIgnoreEnd(boolean ignore) {
    return new GenerateOptions(
        maxTokens, chooser, stop, stopTokens, ignore, slide, cancelled, logProbs, beams);
  }

  public GenerateOptions withSlide(boolean slides) {
    return new GenerateOptions(
        maxTokens, chooser, stop, stopTokens, ignoreEnd, slides, cancelled, logProbs, beams);
  }

  public GenerateOptions withCancelled(BooleanSupplier question) {
    return new GenerateOptions(
        maxTokens, chooser, stop, stopTokens, ignoreEnd, slide, question, logProbs, beams);
  }

  /** Tells each token's log-probability and the {@code likeliest} tokens beside it. */
  public GenerateOptions withLogProbs(int likeliest) {
    return new GenerateOptions(
        maxTokens, chooser, stop, stopTokens, ignoreEnd, slide, cancelled, likeliest, beams);
  }

  public GenerateOptions withBeams(Beams search) {
    return new GenerateOptions(
        maxTokens, chooser, stop, stopTokens, ignoreEnd, slide, cancelled, logProbs, search);
  }
}
