package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/** How much longer a tokenizer's steps may make a text; a file can ask for any multiple. */
final class Growth {
  /** Compatibility forms make 18 characters of one at most; no real step comes near this. */
  private static final long FACTOR = 64;

  private static final long FREE = 1 << 20;

  private Growth() {}

  /**
   * @param now characters or bytes that the text has become
   * @param before characters it had
   */
  static void check(long now, long before) {
    if (now > FREE + FACTOR * before) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The tokenizer makes more than %d characters of a text of %d.",
              "该分词器会把 %2$d 个字符的文本变成超过 %1$d 个字符。", FREE + FACTOR * before, before),
          TokenizerErrors.REPLACE_FILE);
    }
  }
}
