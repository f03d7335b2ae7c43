package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Storage.INT;
import static io.zaohua.engine.kernel.Storage.SHORT;

import io.zaohua.model.file.TensorType;
import java.util.Arrays;

/** Plain weights, see {@link DenseKernels}. */
record DensePacker(TensorType type, int columns) implements Packer {
  @Override
  public int ints() {
    return type == TensorType.F32 ? columns * Lanes.GROUP : columns * Lanes.COUNT;
  }

  @Override
  public Work work() {
    int[] image = new int[ints()];
    return (stored, at, count) -> {
      Arrays.fill(image, 0);
      for (int r = 0; r < count; r++) {
        long row = at + type.bytes(columns) * r;
        int bad = 0;
        if (type == TensorType.F32) {
          for (int k = 0; k < columns; k++) {
            int bits = stored.get(INT, row + 4L * k);
            bad |= (bits & 0x7f800000) == 0x7f800000 ? 1 : 0;
            image[k * Lanes.GROUP + r] = bits;
          }
        } else {
          int exponent = type == TensorType.F16 ? 0x7c00 : 0x7f80;
          int lane = r % Lanes.COUNT;
          int shift = r < Lanes.COUNT ? 0 : 16;
          for (int k = 0; k < columns; k++) {
            int bits = stored.get(SHORT, row + 2L * k) & 0xffff;
            bad |= (bits & exponent) == exponent ? 1 : 0;
            image[k * Lanes.COUNT + lane] |= bits << shift;
          }
        }
        if (bad != 0) {
          throw Packer.notFinite();
        }
      }
      return image;
    };
  }
}
