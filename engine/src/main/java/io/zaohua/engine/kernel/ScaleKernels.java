package io.zaohua.engine.kernel;

import static io.zaohua.engine.kernel.Lanes.BYTES;
import static io.zaohua.engine.kernel.Lanes.GROUP;
import static io.zaohua.engine.kernel.Lanes.INTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** Scales of any layout of codes, see {@link ScaleForm}. */
final class ScaleKernels {
  private ScaleKernels() {}

  /**
   * Scales of {@code blocks} blocks as f32, [scale, GROUP] from {@code to} on.
   *
   * @param vectors vectors of codes of a block
   * @param perBlock scales of a block
   */
  static void unpack(
      MemorySegment w,
      long at,
      int blocks,
      ScaleForm form,
      int vectors,
      int perBlock,
      float[] scales,
      int to) {
    IntVector down = IntVector.broadcast(INTS, form.down);
    for (int b = 0; b < blocks; b++) {
      long from = at + (long) form.scales(b, vectors, perBlock) * BYTES - form.back(b);
      for (int s = 0; s < perBlock; s++) {
        IntVector.fromMemorySegment(INTS, w, from + (long) s * BYTES, LITTLE_ENDIAN)
            .lanewise(ASHR, down)
            .and(form.mask)
            .reinterpretAsFloats()
            .mul(form.unit)
            .intoArray(scales, (b * perBlock + s) * GROUP + to);
      }
    }
  }
}
