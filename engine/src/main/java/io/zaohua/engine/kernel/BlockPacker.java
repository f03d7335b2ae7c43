package io.zaohua.engine.kernel;

import io.zaohua.model.quant.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Block-quantised weights, see {@link PackedMatrix}. */
record BlockPacker(PackedMatrix.Layout layout, BlockFormat format, int columns) implements Packer {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private int codeInts() {
    return columns / 32 * layout.vectors * Lanes.COUNT;
  }

  private int scaleInts() {
    return format.groups(columns) * Lanes.GROUP;
  }

  @Override
  public int ints() {
    return codeInts() + scaleInts() * (format.hasMins() ? 2 : 1);
  }

  @Override
  public Work work() {
    int[] image = new int[ints()];
    return switch (format.type()) {
      case Q4_0, Q4_1, Q8_0 -> direct(image);
      default -> general(image);
    };
  }

  /** Types whose stored code bytes are already in the layout's order: dwords are transposed. */
  private Work direct(int[] image) {
    int dwords = layout.vectors / 2;
    int head = format.hasMins() ? 4 : 2;
    int flip = layout == PackedMatrix.Layout.BYTE ? 0x80808080 : 0;
    int scales = codeInts();
    int mins = scales + scaleInts();
    int size = format.type().blockBytes();
    return (stored, at, count) -> {
      clear(image, count);
      for (int r = 0; r < count; r++) {
        long row = at + format.type().bytes(columns) * r;
        for (int b = 0; b < columns / 32; b++) {
          long block = row + (long) size * b;
          image[scales + b * Lanes.GROUP + r] = scale(stored, block);
          if (head == 4) {
            image[mins + b * Lanes.GROUP + r] = scale(stored, block + 2);
          }
          int to = b * dwords * Lanes.GROUP + r;
          for (int d = 0; d < dwords; d++) {
            image[to + d * Lanes.GROUP] =
                stored.get(PackedMatrix.INT, block + head + 4L * d) ^ flip;
          }
        }
      }
      return image;
    };
  }

  private static int scale(MemorySegment stored, long at) {
    short half = stored.get(SHORT, at);
    if ((half & 0x7c00) == 0x7c00) {
      throw Packer.notFinite();
    }
    return Float.floatToRawIntBits(Float.float16ToFloat(half));
  }

  private static void clear(int[] image, int count) {
    if (count < Lanes.GROUP) {
      Arrays.fill(image, 0);
    }
  }

  private Work general(int[] image) {
    byte[] codes = new byte[columns];
    float[] scales = new float[format.groups(columns)];
    float[] mins = new float[format.hasMins() ? scales.length : 0];
    float centre = PackedMatrix.zero(layout, format) + format.minCode();
    return (stored, at, count) -> {
      Arrays.fill(image, 0);
      for (int r = 0; r < count; r++) {
        format.codes(stored, at + format.type().bytes(columns) * r, columns, codes, scales, mins);
        place(codes, r, image);
        floats(scales, image, codeInts() + r);
        for (int g = 0; g < mins.length; g++) {
          mins[g] += centre * scales[g];
        }
        floats(mins, image, codeInts() + scaleInts() + r);
      }
      return image;
    };
  }

  private static void floats(float[] values, int[] image, int at) {
    for (int g = 0; g < values.length; g++) {
      if (!Float.isFinite(values[g])) {
        throw Packer.notFinite();
      }
      image[at + g * Lanes.GROUP] = Float.floatToRawIntBits(values[g]);
    }
  }

  private void place(byte[] codes, int r, int[] image) {
    int zero = -format.minCode();
    for (int b = 0; b < columns / 32; b++) {
      int to = b * layout.vectors * Lanes.COUNT + r;
      int k = b * 32;
      switch (layout) {
        case NIBBLE -> {
          for (int j = 0; j < 4; j++, k += 4) {
            int dword = 0;
            for (int i = 0; i < 4; i++) {
              dword |= (codes[k + i] + zero | (codes[k + 16 + i] + zero) << 4) << (8 * i);
            }
            image[to + j * Lanes.GROUP] = dword;
          }
        }
        case SIX -> {
          int[] high = new int[2];
          for (int j = 0; j < 4; j++, k += 4) {
            int dword = 0;
            for (int i = 0; i < 4; i++) {
              int low = codes[k + i] + zero;
              int up = codes[k + 16 + i] + zero;
              dword |= (low & 15 | (up & 15) << 4) << (8 * i);
              high[j >> 1] |=
                  low >> 4 << SixKernels.field(4 * j + i)
                      | up >> 4 << SixKernels.field(16 + 4 * j + i);
            }
            image[to + j * Lanes.GROUP] = dword;
          }
          image[to + 4 * Lanes.GROUP] = high[0];
          image[to + 5 * Lanes.GROUP] = high[1];
        }
        case BYTE -> {
          for (int d = 0; d < 8; d++, k += 4) {
            image[to + d * Lanes.GROUP] =
                (codes[k] & 0xff
                        | (codes[k + 1] & 0xff) << 8
                        | (codes[k + 2] & 0xff) << 16
                        | codes[k + 3] << 24)
                    ^ 0x80808080;
          }
        }
      }
    }
  }
}
