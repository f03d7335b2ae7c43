package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Value.Bool;
import io.zaohua.model.jinja.Value.Int;
import io.zaohua.model.jinja.Value.Real;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Python's arithmetic: big integers, doubles, floor division and its remainder. */
final class Numbers {
  private Numbers() {}

  static boolean isNumber(Object value) {
    return value instanceof Bool || value instanceof Int || value instanceof Real;
  }

  static boolean isInteger(Value value) {
    return value instanceof Bool || value instanceof Int;
  }

  static BigInteger integer(Value value) {
    return switch (value) {
      case Int(var number) -> number;
      case Bool(var truth) -> truth ? BigInteger.ONE : BigInteger.ZERO;
      default ->
          throw TemplateError.of("an integer is needed, not %s", "需要整数,而不是 %s", value.type());
    };
  }

  /** An integer that fits Java's int, clamped: positions and widths need no more. */
  static int clamped(Value value) {
    BigInteger number = integer(value);
    if (number.bitLength() < 32) {
      return number.intValue();
    }
    return number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
  }

  static double real(Value value) {
    return value instanceof Real(var number) ? number : integer(value).doubleValue();
  }

  static boolean same(Value left, Object right) {
    return right instanceof Value other && isNumber(other) && compare(left, other) == 0;
  }

  /** Order of two numbers; anything beside NaN counts as greater. */
  static int compare(Value left, Value right) {
    if (!(left instanceof Real) && !(right instanceof Real)) {
      return integer(left).compareTo(integer(right));
    }
    double a = real(left);
    double b = real(right);
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return 1;
    }
    if (Double.isInfinite(a) || Double.isInfinite(b)) {
      return Double.compare(a, b);
    }
    return exact(left).compareTo(exact(right));
  }

  private static BigDecimal exact(Value value) {
    return value instanceof Real(var number)
        ? new BigDecimal(number)
        : new BigDecimal(integer(value));
  }

  static Value checked(BigInteger number) {
    if (number.bitLength() > Limits.INTEGER_BITS) {
      throw TemplateError.limit("a number has more than 4300 digits", "一个数超过 4300 位");
    }
    return new Int(number);
  }

  static Value calculate(BinaryOperator operator, Value left, Value right) {
    if (left instanceof Real || right instanceof Real || operator == BinaryOperator.DIVIDE) {
      return reals(operator, left, right);
    }
    BigInteger a = integer(left);
    BigInteger b = integer(right);
    return switch (operator) {
      case ADD -> checked(a.add(b));
      case SUBTRACT -> checked(a.subtract(b));
      case MULTIPLY -> checked(a.multiply(b));
      case DIVIDE -> reals(operator, left, right);
      case FLOOR_DIVIDE -> new Int(floor(a, nonZero(b))[0]);
      case MODULO -> new Int(floor(a, nonZero(b))[1]);
      case POWER -> {
        if (b.signum() < 0) {
          yield reals(operator, left, right);
        }
        if (a.abs().bitLength() < 2) {
          // 0, 1 and -1: only whether the exponent is zero, odd or even matters.
          yield new Int(a.pow(b.signum() == 0 ? 0 : b.testBit(0) ? 1 : 2));
        }
        int exponent = clamped(right);
        if ((a.abs().bitLength() - 1L) * exponent > Limits.INTEGER_BITS) {
          throw TemplateError.limit("a number has more than 4300 digits", "一个数超过 4300 位");
        }
        yield checked(a.pow(exponent));
      }
    };
  }

  private static BigInteger nonZero(BigInteger divisor) {
    if (divisor.signum() == 0) {
      throw TemplateError.of("it divides by zero", "除数为零");
    }
    return divisor;
  }

  private static BigInteger[] floor(BigInteger a, BigInteger b) {
    BigInteger[] both = a.divideAndRemainder(b);
    if (both[1].signum() != 0 && both[1].signum() != b.signum()) {
      both[0] = both[0].subtract(BigInteger.ONE);
      both[1] = both[1].add(b);
    }
    return both;
  }

  private static Value reals(BinaryOperator operator, Value left, Value right) {
    double a = real(left);
    double b = real(right);
    boolean divides =
        switch (operator) {
          case DIVIDE, FLOOR_DIVIDE, MODULO -> true;
          case ADD, SUBTRACT, MULTIPLY, POWER -> false;
        };
    if (b == 0 && divides || operator == BinaryOperator.POWER && a == 0 && b < 0) {
      throw TemplateError.of("it divides by zero", "除数为零");
    }
    double result =
        switch (operator) {
          case ADD -> a + b;
          case SUBTRACT -> a - b;
          case MULTIPLY -> a * b;
          case DIVIDE -> a / b;
          case FLOOR_DIVIDE -> Math.rint((a - modulo(a, b)) / b);
          case MODULO -> modulo(a, b);
          case POWER -> Math.pow(a, b);
        };
    return Value.of(result);
  }

  private static double modulo(double a, double b) {
    double remainder = a % b;
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
  }

  static Value negate(Value value) {
    return value instanceof Real(var number) ? Value.of(-number) : new Int(integer(value).negate());
  }

  /** Half to even at so many decimals, from the double's exact value, as Python rounds. */
  static Value round(Value value, int digits) {
    if (value instanceof Real(var number)) {
      if (!Double.isFinite(number) || digits > 330) {
        return value;
      }
      double rounded =
          new BigDecimal(number)
              .setScale(Math.max(digits, -330), RoundingMode.HALF_EVEN)
              .doubleValue();
      return Value.of(Math.copySign(rounded, number));
    }
    if (digits >= 0) {
      return new Int(integer(value));
    }
    return new Int(
        new BigDecimal(integer(value))
            .setScale(Math.max(digits, -5000), RoundingMode.HALF_EVEN)
            .toBigInteger());
  }

  /** Towards zero, as {@code int()} of a float. */
  static Value truncate(double number) {
    if (!Double.isFinite(number)) {
      throw TemplateError.of("%s has no integer", "%s 没有对应的整数", number);
    }
    return new Int(new BigDecimal(number).toBigInteger());
  }
}
