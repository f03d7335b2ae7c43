package io.zaohua.model.file;

import java.util.Arrays;
import java.util.Random;

/** Ways to damage bytes that know nothing of their meaning. */
public final class Damage {
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    7,
    8,
    9,
    31,
    32,
    33,
    255,
    256,
    1 << 16,
    1 << 20,
    Integer.MAX_VALUE,
    1L << 31,
    0xffffffffL,
    1L << 32,
    1L << 40,
    1L << 60,
    Long.MAX_VALUE - 31,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -8,
    -32
  };

  private Damage() {}

  /** A number that parsers stumble over. */
  public static long number(Random random) {
    return NUMBERS[random.nextInt(NUMBERS.length)] + random.nextInt(3) - 1;
  }

  /** One change somewhere in {@code from .. to}. */
  public static byte[] anywhere(byte[] bytes, int from, int to, Random random) {
    int at = from + random.nextInt(to - from);
    int length = Math.min(1 + random.nextInt(64), bytes.length - at);
    return switch (random.nextInt(5)) {
      case 0 -> {
        var copy = bytes.clone();
        copy[at] ^= (byte) (1 << random.nextInt(8));
        yield copy;
      }
      case 1 -> {
        var copy = bytes.clone();
        copy[at] = (byte) random.nextInt();
        yield copy;
      }
      case 2 -> Arrays.copyOf(bytes, at);
      case 3 -> replace(bytes, at, length, new byte[0]);
      default -> replace(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
    };
  }

  /** Puts other bytes in the place of some. */
  public static byte[] replace(byte[] bytes, int at, int length, byte[] other) {
    var result = Arrays.copyOf(bytes, bytes.length - length + other.length);
    System.arraycopy(other, 0, result, at, other.length);
    System.arraycopy(bytes, at + length, result, at + other.length, bytes.length - at - length);
    return result;
  }
}
