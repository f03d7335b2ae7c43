package io.zaohua.model.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Readers of the types without blocks. */
final class PlainTypes {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PlainTypes() {}

  static void f32(MemorySegment source, long offset, int n, float[] target, int at) {
    MemorySegment.copy(source, FLOAT, offset, target, at, n);
  }

  static void f16(MemorySegment source, long offset, int n, float[] target, int at) {
    for (int i = 0; i < n; i++) {
      target[at + i] = Float.float16ToFloat(source.get(SHORT, offset + 2L * i));
    }
  }

  static void bf16(MemorySegment source, long offset, int n, float[] target, int at) {
    for (int i = 0; i < n; i++) {
      target[at + i] = Float.intBitsToFloat(source.get(SHORT, offset + 2L * i) << 16);
    }
  }

  static void f64(MemorySegment source, long offset, int n, float[] target, int at) {
    for (int i = 0; i < n; i++) {
      target[at + i] = (float) source.get(DOUBLE, offset + 8L * i);
    }
  }

  static void f8e4m3(MemorySegment source, long offset, int n, float[] target, int at) {
    for (int i = 0; i < n; i++) {
      target[at + i] = e4m3(source.get(ValueLayout.JAVA_BYTE, offset + i));
    }
  }

  /** E5M2 is the upper byte of a half. */
  static void f8e5m2(MemorySegment source, long offset, int n, float[] target, int at) {
    for (int i = 0; i < n; i++) {
      byte bits = source.get(ValueLayout.JAVA_BYTE, offset + i);
      target[at + i] = Float.float16ToFloat((short) (bits << 8));
    }
  }

  /**
   * Sign, four bits of exponent (bias 7), three of mantissa; no infinities, 0x7f is NaN
   * (Micikevicius et al. 2022, FP8 Formats for Deep Learning; torch.float8_e4m3fn).
   */
  static float e4m3(byte bits) {
    int exponent = bits >> 3 & 15;
    int mantissa = bits & 7;
    if (exponent == 15 && mantissa == 7) {
      return Float.NaN;
    }
    float magnitude =
        exponent == 0 ? mantissa * 0x1p-9f : Math.scalb(1 + mantissa / 8f, exponent - 7);
    return bits < 0 ? -magnitude : magnitude;
  }

  static void toF32(float[] x, int at, int n, byte[] target, int to) {
    MemorySegment.copy(x, at, MemorySegment.ofArray(target), FLOAT, to, n);
  }

  static void toF16(float[] x, int at, int n, byte[] target, int to) {
    for (int i = 0; i < n; i++) {
      putHalf(x[at + i], target, to + 2 * i);
    }
  }

  /** Rounded to the nearest, ties to even. */
  static void toBf16(float[] x, int at, int n, byte[] target, int to) {
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToRawIntBits(x[at + i]);
      int rounded = bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
      if ((rounded & 0x7f80) == 0x7f80) {
        throw new ArithmeticException(x[at + i] + " does not fit BF16");
      }
      target[to + 2 * i] = (byte) rounded;
      target[to + 2 * i + 1] = (byte) (rounded >> 8);
    }
  }

  /** Stores a half and gives back what was stored. */
  static float putHalf(float value, byte[] target, int at) {
    short bits = Float.floatToFloat16(value);
    if ((bits & 0x7c00) == 0x7c00) {
      throw new ArithmeticException(value + " does not fit F16, at most 65504");
    }
    target[at] = (byte) bits;
    target[at + 1] = (byte) (bits >> 8);
    return Float.float16ToFloat(bits);
  }
}
