package io.zaohua.engine.sample;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/** Checks of option values; each failure names the option, its range and its default. */
final class Bounds {
  private Bounds() {}

  static void between(String option, double value, double low, double high, Object usual) {
    if (!(value >= low && value <= high)) {
      var range = Message.of("between %s and %s", "在 %s 与 %s 之间", number(low), number(high));
      throw outside(option, number(value), range, usual);
    }
  }

  static void atLeast(String option, double value, double low, Object usual) {
    if (!(value >= low && value <= Double.MAX_VALUE)) {
      var range = Message.of("a number from %s up", "为不小于 %s 的数", number(low));
      throw outside(option, number(value), range, usual);
    }
  }

  static void finite(String option, double value, Object usual) {
    if (!Double.isFinite(value)) {
      throw outside(option, number(value), Message.of("a finite number", "为有限的数"), usual);
    }
  }

  static UserError outside(String option, String value, Message range, Object usual) {
    return new UserError(
        UserError.Kind.USAGE,
        new Message(
            "The sampling option %s is %s, but it must be %s."
                .formatted(option, value, range.english()),
            "采样选项 %s 的值为 %s,但应%s。".formatted(option, value, range.chinese())),
        Message.of("Give a value in that range; the default is %s.", "请改用该范围内的值;默认值为 %s。", usual));
  }

  /** 1 for 1.0, 0.95 for 0.95. */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
