package io.zaohua.engine.kernel;

import io.zaohua.model.file.TensorType;
import io.zaohua.model.quant.Dequantizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * A random stored matrix for tests: any bytes are valid codes, scales are made finite and small.
 */
record Stored(TensorType type, int rows, int columns, byte[] bytes) {

  static Stored random(TensorType type, int rows, int columns, long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[Math.toIntExact(type.bytes(columns) * rows)];
    random.nextBytes(bytes);
    for (int at = 0; at < bytes.length; at += type.blockBytes()) {
      switch (type) {
        case F32 -> put(bytes, at, Float.floatToRawIntBits((float) random.nextGaussian()), 4);
        case F16 -> put(bytes, at, half(random), 2);
        case BF16 ->
            put(bytes, at, Float.floatToRawIntBits((float) random.nextGaussian()) >>> 16, 2);
        case Q4_0, Q5_0, Q8_0, IQ4_NL, IQ4_XS -> put(bytes, at, half(random), 2);
        case MXFP4 -> bytes[at] = (byte) (120 + random.nextInt(6));
        case Q4_1, Q5_1, Q4_K, Q5_K -> {
          put(bytes, at, half(random), 2);
          put(bytes, at + 2, half(random), 2);
        }
        case Q2_K -> {
          put(bytes, at + 80, half(random), 2);
          put(bytes, at + 82, half(random), 2);
        }
        case Q3_K -> put(bytes, at + 108, half(random), 2);
        case Q6_K -> put(bytes, at + 208, half(random), 2);
        default -> throw new IllegalArgumentException(type.name());
      }
    }
    return new Stored(type, rows, columns, bytes);
  }

  private static int half(Random random) {
    return Float.floatToFloat16((float) random.nextGaussian() * 0.02f) & 0xffff;
  }

  private static void put(byte[] to, int at, int bits, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] = (byte) (bits >>> (8 * i));
    }
  }

  float[] row(int row) {
    float[] values = new float[columns];
    Dequantizer.of(type)
        .decode(MemorySegment.ofArray(bytes), type.bytes(columns) * row, columns, values, 0);
    return values;
  }

  Matrix pack(Arena arena, Cores cores) {
    long rowBytes = type.bytes(columns);
    return Matrices.pack(
        type,
        rows,
        columns,
        (from, count, target) ->
            MemorySegment.copy(
                MemorySegment.ofArray(bytes), rowBytes * from, target, 0, rowBytes * count),
        arena,
        cores);
  }
}
