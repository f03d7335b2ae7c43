package io.zaohua.engine;

import io.zaohua.engine.sample.LogProbs;
import java.util.List;

/**
 * What came of a request.
 *
 * @param text the new text, without stop strings and control tokens
 * @param ids the new tokens, the one that ended it included
 * @param logProbs one for each of them, from the model's own distribution; empty if not asked for
 * @param reason why it ended
 * @param prompt tokens of the prompt
 * @param cached how many of them came from the cache
 * @param promptSeconds time to read the prompt
 * @param seconds time to generate
 */
public record Generation(
    String text,
    List<Integer> ids,
    List<LogProbs> logProbs,
    Reason reason,
    int prompt,
    int cached,
    double promptSeconds,
    double seconds) {

  /** Why a generation ended. */
  public enum Reason {
    /** The model said so, or a stop token or string came. */
    STOP,
    /** As many tokens as were asked for. */
    LENGTH,
    /** The context is full. */
    CONTEXT,
    /** The caller stopped it. */
    CANCELLED
  }

  public Generation {
    ids = List.copyOf(ids);
    logProbs = List.copyOf(logProbs);
  }

  /** New tokens a second, the prompt's time not counted. */
  public double tokensPerSecond() {
    return seconds == 0 ? 0 : Math.max(0, ids.size() - 1) / seconds;
  }
}
