package io.zaohua.engine.sample;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/** What can be said of a row of logits [vocabulary]: whether it is usable, where its maximum is. */
public final class Logits {
  private Logits() {}

  /** Fails with the user's words if the model's numbers are broken. */
  static void check(float[] logits) {
    check(logits, 0, logits.length);
  }

  /** The same for {@code count} logits from {@code offset} on. */
  public static void check(float[] logits, int offset, int count) {
    boolean broken = false;
    for (int i = offset; i < offset + count; i++) {
      broken |= !(logits[i] < Float.POSITIVE_INFINITY);
    }
    if (broken) {
      for (int i = offset; i < offset + count; i++) {
        if (!(logits[i] < Float.POSITIVE_INFINITY)) {
          throw broken(logits[i], i - offset);
        }
      }
    }
  }

  /** The id of the greatest logit, the first of equals. Fails if all are negative infinity. */
  static int argmax(float[] logits) {
    int best = -1;
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] > most) {
        most = logits[i];
        best = i;
      }
    }
    if (best < 0) {
      throw noneLeft();
    }
    return best;
  }

  /** ln of the sum of exp over {@code count} logits from {@code offset} on, in double. */
  public static double logSumExp(float[] logits, int offset, int count) {
    double most = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + count; i++) {
      most = Math.max(most, logits[i]);
    }
    if (most == Float.NEGATIVE_INFINITY) {
      throw noneLeft();
    }
    double sum = 0;
    for (int i = offset; i < offset + count; i++) {
      sum += Math.exp(logits[i] - most);
    }
    return most + Math.log(sum);
  }

  static UserError noneLeft() {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "No token may follow here: every one of the vocabulary is forbidden.",
            "此处没有可用的词元:整个词表都被禁止。"),
        Message.of(
            "Loosen the grammar or the logit bias so that at least one token stays allowed.",
            "请放宽语法约束或 logit 偏置,至少保留一个允许的词元。"));
  }

  private static UserError broken(float logit, int token) {
    String value = Float.isNaN(logit) ? "NaN" : "Infinity";
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "The model gave %s as the logit of token %d, where a finite number is expected.",
            "模型为词元 %2$d 给出的 logit 是 %1$s,应为有限的数。", value, token),
        Message.of(
            "The weights are probably damaged or wrongly converted: check the file's hash or"
                + " convert it again.",
            "权重可能已损坏或转换有误:请校验文件哈希或重新转换。"));
  }
}
