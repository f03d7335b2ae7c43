package io.zaohua.model.spec;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/** Checks of the spec's records: a checkpoint's configuration may claim anything. */
final class Check {
  private Check() {}

  static void finite(String field, double value) {
    that(Double.isFinite(value), field, value);
  }

  static void that(boolean holds, String field, Object value) {
    if (!holds) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The configuration gives %s = %s, which no transformer can have.",
              "配置给出 %s = %s,没有 Transformer 能这样。", field, value),
          Message.of("Check config.json or the GGUF metadata.", "请检查 config.json 或 GGUF 元数据。"));
    }
  }
}
