package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Real;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Digits for %d, %f, {:g} and their like: the absolute value, without sign or padding. */
final class NumberFormat {
  private static final int MOST_DIGITS = 1000;

  private NumberFormat() {}

  static boolean isNegative(Value value) {
    return value instanceof Real(var number)
        ? number < 0 || number == 0 && 1 / number < 0
        : Numbers.integer(value).signum() < 0;
  }

  static String integer(Value value, char kind) {
    BigInteger number = Numbers.integer(value).abs();
    return switch (kind) {
      case 'x' -> number.toString(16);
      case 'X' -> number.toString(16).toUpperCase(Locale.ROOT);
      case 'o' -> number.toString(8);
      case 'b' -> number.toString(2);
      default -> number.toString();
    };
  }

  static String real(Value value, char kind, int precision) {
    double number = Math.abs(Numbers.real(value));
    if (!Double.isFinite(number)) {
      String word = Double.isNaN(number) ? "nan" : "inf";
      return Character.isUpperCase(kind) ? word.toUpperCase(Locale.ROOT) : word;
    }
    if (precision > MOST_DIGITS) {
      throw TemplateError.limit(
          "a number is written with more than %d decimals", "一个数要写超过 %d 位小数", MOST_DIGITS);
    }
    BigDecimal exact = new BigDecimal(number);
    String text =
        switch (kind) {
          case 'e', 'E' -> scientific(exact, precision);
          case 'g', 'G' -> general(exact, Math.max(1, precision));
          default -> exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        };
    return Character.isUpperCase(kind) ? text.toUpperCase(Locale.ROOT) : text;
  }

  private static String scientific(BigDecimal exact, int precision) {
    BigDecimal rounded = exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    String digits = rounded.unscaledValue().toString();
    int exponent = exact.signum() == 0 ? 0 : digits.length() - 1 - rounded.scale();
    digits = (digits + "0".repeat(precision + 1)).substring(0, precision + 1);
    return digits.charAt(0) + (precision > 0 ? "." + digits.substring(1) : "") + exponent(exponent);
  }

  private static String exponent(int exponent) {
    return (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
  }

  private static String general(BigDecimal exact, int precision) {
    if (exact.signum() == 0) {
      return "0";
    }
    BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - 1 - rounded.scale();
    BigDecimal short0 = rounded.stripTrailingZeros();
    if (exponent >= -4 && exponent < precision) {
      return short0.toPlainString();
    }
    String digits = short0.unscaledValue().toString();
    return digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + exponent(exponent);
  }

  /** Thousands set apart by a mark, before the decimal point only. */
  static String grouped(String digits, char mark) {
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    StringBuilder out = new StringBuilder(digits);
    for (int i = end - 3; i > 0; i -= 3) {
      out.insert(i, mark);
    }
    return out.toString();
  }
}
