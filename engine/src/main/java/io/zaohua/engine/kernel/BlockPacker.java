package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Storage.SHORT;

import io.zaohua.model.quant.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Block-quantised weights, see {@link PackedMatrix}. */
record BlockPacker(PackedMatrix.Layout layout, BlockFormat format, int columns) implements Packer {
  private int perBlock() {
    return 32 / format.group();
  }

  private ScaleForm form() {
    return ScaleForm.of(format);
  }

  private int halfInts() {
    return form().vectors(columns / 32, layout.vectors, perBlock()) * Lanes.COUNT;
  }

  private int minsAt() {
    return 2 * halfInts();
  }

  /** Where row r's first dword stands. */
  private int start(int r) {
    return r / Lanes.COUNT * halfInts() + r % Lanes.COUNT;
  }

  @Override
  public int ints() {
    int min = PackedMatrix.halfMins(format) ? Lanes.COUNT : Lanes.GROUP;
    return minsAt() + (format.hasMins() ? format.groups(columns) * min : 0);
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
    int dwords = layout.vectors;
    int head = format.hasMins() ? 4 : 2;
    int flip = layout == PackedMatrix.Layout.BYTE ? 0x80808080 : 0;
    int mins = minsAt();
    int size = format.type().blockBytes();
    int[] codes = places(b -> form().codes(b, dwords, 1));
    int[] scales = places(b -> form().scales(b, dwords, 1));
    // an array, because a JVM that has just started reads it far faster than a segment
    short[] row = new short[Math.toIntExact(format.type().bytes(columns) / 2)];
    return (stored, at, count) -> {
      Arrays.fill(image, 0);
      for (int r = 0; r < count; r++) {
        MemorySegment.copy(stored, SHORT, at + 2L * row.length * r, row, 0, row.length);
        int start = start(r);
        int block = 0;
        for (int b = 0; b < codes.length; b++, block += size / 2) {
          int low = block + head / 2;
          int end = low + 2 * dwords;
          for (int to = start + codes[b]; low < end; to += Lanes.COUNT, low += 2) {
            image[to] = (row[low] & 0xffff | row[low + 1] << 16) ^ flip;
          }
          image[start + scales[b]] |= finite(row[block]) << 16 * (b & 1);
          if (head == 4) {
            putMin(image, mins, b, r, finite(row[block + 1]));
          }
        }
      }
      return image;
    };
  }

  /** Where each block's part stands after its row's first dword, in dwords. */
  private int[] places(IntUnaryOperator vectors) {
    return IntStream.range(0, columns / 32).map(b -> vectors.applyAsInt(b) * Lanes.COUNT).toArray();
  }

  private static void putMin(int[] image, int mins, int b, int r, int half) {
    image[mins + b * Lanes.COUNT + r % Lanes.COUNT] |= half << r / Lanes.COUNT * 16;
  }

  /** The bits of an f16. */
  private static int finite(short half) {
    if ((half & 0x7c00) == 0x7c00) {
      throw Packer.notFinite();
    }
    return half & 0xffff;
  }

  private Work general(int[] image) {
    ScaleForm form = form();
    byte[] codes = new byte[columns];
    float[] scales = new float[format.groups(columns)];
    float[] mins = new float[format.hasMins() ? scales.length : 0];
    float centre = PackedMatrix.zero(layout, format) + format.minCode();
    return (stored, at, count) -> {
      Arrays.fill(image, 0);
      for (int r = 0; r < count; r++) {
        format.codes(stored, at + format.type().bytes(columns) * r, columns, codes, scales, mins);
        place(codes, r, image);
        int per = perBlock();
        for (int g = 0; g < scales.length; g++) {
          int b = g / per;
          int to = start(r) + (form.scales(b, layout.vectors, per) + g % per) * Lanes.COUNT;
          image[to] |=
              form == ScaleForm.HALVES
                  ? finite(Float.floatToFloat16(scales[g])) << 16 * (b & 1)
                  : finite(scales[g]);
        }
        for (int g = 0; g < mins.length; g++) {
          image[minsAt() + g * Lanes.GROUP + r] = finite(mins[g] + centre * scales[g]);
        }
      }
      return image;
    };
  }

  private static int finite(float value) {
    if (!Float.isFinite(value)) {
      throw Packer.notFinite();
    }
    return Float.floatToRawIntBits(value);
  }

  private void place(byte[] codes, int r, int[] image) {
    int zero = -format.minCode();
    for (int b = 0; b < columns / 32; b++) {
      int to = start(r) + form().codes(b, layout.vectors, perBlock()) * Lanes.COUNT;
      int k = b * 32;
      switch (layout) {
        case NIBBLE -> {
          for (int j = 0; j < 4; j++, k += 4) {
            int dword = 0;
            for (int i = 0; i < 4; i++) {
              dword |= (codes[k + i] + zero | (codes[k + 16 + i] + zero) << 4) << (8 * i);
            }
            image[to + j * Lanes.COUNT] = dword;
          }
        }
        case FIVE -> {
          int high = 0;
          for (int j = 0; j < 4; j++, k += 4) {
            int dword = 0;
            for (int i = 0; i < 4; i++) {
              int low = codes[k + i] + zero;
              int up = codes[k + 16 + i] + zero;
              dword |= (low & 15 | (up & 15) << 4) << (8 * i);
              high |=
                  low >> 4 << FiveKernels.field(4 * j + i)
                      | up >> 4 << FiveKernels.field(16 + 4 * j + i);
            }
            image[to + j * Lanes.COUNT] = dword;
          }
          image[to + 4 * Lanes.COUNT] = high;
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
            image[to + j * Lanes.COUNT] = dword;
          }
          image[to + 4 * Lanes.COUNT] = high[0];
          image[to + 5 * Lanes.COUNT] = high[1];
        }
        case BYTE -> {
          for (int d = 0; d < 8; d++, k += 4) {
            image[to + d * Lanes.COUNT] =
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
