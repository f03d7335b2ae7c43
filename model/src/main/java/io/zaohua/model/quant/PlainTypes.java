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
  }
