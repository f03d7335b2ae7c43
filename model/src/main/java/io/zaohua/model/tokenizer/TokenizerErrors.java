package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/** The sentences that several readers of tokenizers share. */
final class TokenizerErrors {
  static final Message REPLACE_FILE =
      Message.of(
          "Fetch the checkpoint again, or take the tokenizer from the model it was made for.",
          "请重新获取检查点,或改用该模型原有的分词器。");

  private TokenizerErrors() {}

  static UserError invalid(String english, String chinese, Object... args) {
    return new UserError(UserError.Kind.INPUT, Message.of(english, chinese, args), REPLACE_FILE);
  }

  /** Something known by name that this tokenizer does not do. */
  static UserError unsupported(String part, String name) {
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        Message.of(
            "The tokenizer needs the %s \"%s\", which is not known here.",
            "该分词器需要的 %s“%s”尚不支持。", part, name),
        Message.of("Use another checkpoint, or report this name.", "请换用其他检查点,或反馈此名称。"));
  }
}
