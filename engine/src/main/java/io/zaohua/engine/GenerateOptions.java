package io.zaohua.engine;

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
 */
public record GenerateOptions(
    int maxTokens,
    TokenChooser chooser,
    List<String> stop,
    Set<Integer> stopTokens,
    boolean ignoreEnd,
    boolean slide,
    BooleanSupplier cancelled) {
  public GenerateOptions {
    stop = List.copyOf(stop);
    stopTokens = Set.copyOf(stopTokens);
    if (maxTokens < -1) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "The number of tokens must be 0 or more, or -1, got %d.",
              "词元数须为 0 以上或 -1,得到 %d。", maxTokens),
          Message.of("Give -n a sensible number.", "请为 -n 指定合理的数。"));
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
        -1, TokenChooser.GREEDY, List.of(), Set.of(), false, false, () -> false);
  }

  public GenerateOptions withMaxTokens(int n) {
    return new GenerateOptions(n, chooser, stop, stopTokens, ignoreEnd, slide, cancelled);
  }

  public GenerateOptions withChooser(TokenChooser c) {
    return new GenerateOptions(maxTokens, c, stop, stopTokens, ignoreEnd, slide, cancelled);
  }

  public GenerateOptions withStop(List<String> texts) {
    return new GenerateOptions(maxTokens, chooser, texts, stopTokens, ignoreEnd, slide, cancelled);
  }

  public GenerateOptions withStopTokens(Set<Integer> ids) {
    return new GenerateOptions(maxTokens, chooser, stop, ids, ignoreEnd, slide, cancelled);
  }

  public GenerateOptions withIgnoreEnd(boolean ignore) {
    return new GenerateOptions(maxTokens, chooser, stop, stopTokens, ignore, slide, cancelled);
  }

  public GenerateOptions withSlide(boolean slides) {
    return new GenerateOptions(maxTokens, chooser, stop, stopTokens, ignoreEnd, slides, cancelled);
  }

  public GenerateOptions withCancelled(BooleanSupplier question) {
    return new GenerateOptions(maxTokens, chooser, stop, stopTokens, ignoreEnd, slide, question);
  }
}
