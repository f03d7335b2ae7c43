package io.zaohua.learn.adapt;

import io.zaohua.tensor.DType;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A matrix in 4-bit NormalFloat with double quantisation (QLoRA, Dettmers et al. 2023): a code for
 * each weight, a scale for each 64 of them in row order, the scales less their mean in 8 bits with
 * a scale for each 256. 0.516 bytes a weight.
 */
final class NormalFloat {
  /** Weights of one scale. */
  static final int BLOCK = 64;

  /** Scales of one scale of scales. */
  static final int GROUP = 256;

  /** The values of the 16 codes: NF4 of appendix E of the paper. */
  private static final float[] VALUES = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f
  };

  private static final float[] SCALES = scales();

  private final long rows;
  private final long columns;
  private final Tensor codes; // U8 [blocks * 32], the first weight of two in the upper half
  private final Tensor scaleCodes; // U8 [groups * 256]
  private final Tensor groupScales; // F32 [groups, 1]
  private final float mean;
  private final Tensor pairs; // F32 [256, 2]: both weights of a byte
  private final Tensor scaleValues; // F32 [256, 1]

  private NormalFloat(
      long rows, long columns, Tensor codes, Tensor scaleCodes, Tensor groupScales, float mean) {
    this.rows = rows;
    this.columns = columns;
    this.codes = codes;
    this.scaleCodes = scaleCodes;
    this.groupScales = groupScales;
    this.mean = mean;
    this.pairs = pairs();
    this.scaleValues = Tensors.of(SCALES, SCALES.length, 1);
  }

  /**
   * The values of an 8-bit scale, ascending: signed, seven exponents by tens, each with the middles
   * of 2^i equal parts of 0.1 to 1 (dynamic tree type, Dettmers 2015), and 0 and 1.
   */
  private static float[] scales() {
    float[] values = new float[GROUP];
    int n = 0;
    for (int i = 0; i < 7; i++) {
      int parts = 1 << i;
      double power = Math.pow(10, i - 6);
      for (int j = 0; j < parts; j++) {
        float value = (float) (power * (0.1 + 0.9 * (j + 0.5) / parts));
        values[n++] = value;
        values[n++] = -value;
      }
    }
    values[n++] = 0;
    values[n] = 1;
    Arrays.sort(values);
    return values;
  }

  private static Tensor pairs() {
    float[] pairs = new float[512];
    for (int code = 0; code < 256; code++) {
      pairs[2 * code] = VALUES[code >> 4];
      pairs[2 * code + 1] = VALUES[code & 15];
    }
    return Tensors.of(pairs, 256, 2);
  }

  /** Quantises a matrix [rows, columns], into the scope that is open. */
  static NormalFloat of(float[] weights, long rows, long columns) {
    int blocks = Math.ceilDiv(weights.length, BLOCK);
    int groups = Math.ceilDiv(blocks, GROUP);
    float[] largest = new float[blocks];
    byte[] codes = new byte[blocks * BLOCK / 2];
    double sum = 0;
    for (int b = 0; b < blocks; b++) {
      int end = Math.min(weights.length, (b + 1) * BLOCK);
      for (int i = b * BLOCK; i < end; i++) {
        largest[b] = Math.max(largest[b], Math.abs(weights[i]));
      }
      float inverse = largest[b] == 0 ? 0 : 1 / largest[b];
      for (int i = b * BLOCK; i < end; i++) {
        int code = nearest(VALUES, weights[i] * inverse);
        codes[i / 2] |= (byte) (i % 2 == 0 ? code << 4 : code);
      }
      sum += largest[b];
    }
    float mean = (float) (sum / blocks);
    byte[] scaleCodes = new byte[groups * GROUP];
    float[] groupScales = new float[groups];
    for (int g = 0; g < groups; g++) {
      int end = Math.min(blocks, (g + 1) * GROUP);
      for (int b = g * GROUP; b < end; b++) {
        groupScales[g] = Math.max(groupScales[g], Math.abs(largest[b] - mean));
      }
      float inverse = groupScales[g] == 0 ? 0 : 1 / groupScales[g];
      for (int b = g * GROUP; b < end; b++) {
        scaleCodes[b] = (byte) nearest(SCALES, (largest[b] - mean) * inverse);
      }
    }
    return new NormalFloat(
        rows,
        columns,
        Tensors.of(MemorySegment.ofArray(codes), DType.U8, codes.length),
        Tensors.of(MemorySegment.ofArray(scaleCodes), DType.U8, scaleCodes.length),
        Tensors.of(groupScales, groups, 1),
        mean);
  }

  /** Where the nearest of ascending values stands; of two as near, the upper. */
  static int nearest(float[] values, float x) {
    int above = Arrays.binarySearch(values, x);
    if (above >= 0) {
      return above;
    }
    int i = -above - 1;
    if (i == 0) {
      return 0;
    }
    if (i == values.length) {
      return i - 1;
    }
    return x - values[i - 1] < values[i] - x ? i - 1 : i;
  }

  /** The matrix again, F32 [rows, columns], near the one it was made of. */
  Tensor dequantized() {
    try (Scope scope = Scope.open("dequantised")) {
      long blocks = codes.count() * 2 / BLOCK;
      Tensor scales =
          Functional.embedding(scaleCodes.to(DType.I64), scaleValues) // [groups 256, 1]
              .reshape(groupScales.count(), GROUP)
              .mul(groupScales)
              .reshape(-1, 1)
              .slice(0, 0, blocks)
              .add(mean); // [blocks, 1]
      Tensor values =
          Functional.embedding(codes.to(DType.I64), pairs) // [blocks 32, 2]
              .reshape(blocks, BLOCK)
              .mul(scales)
              .reshape(-1);
      return scope.keep(values.slice(0, 0, rows * columns).reshape(rows, columns));
    }
  }

  /** Bytes it takes. */
  long bytes() {
    return codes.count() + scaleCodes.count() + groupScales.count() * Float.BYTES;
  }

  /** The same, its tensors in that scope. */
  NormalFloat in(Scope home) {
    for (Tensor tensor : List.of(codes, scaleCodes, groupScales, pairs, scaleValues)) {
      home.take(tensor);
    }
    return this;
  }
}
