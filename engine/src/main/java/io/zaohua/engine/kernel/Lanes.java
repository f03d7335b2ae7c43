package io.zaohua.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of all kernels, chosen once at start: what the CPU prefers, 512 bits at most, or
 * the system property {@code zaohua.bits} (128, 256 or 512), with which the other widths are tried.
 */
public final class Lanes {
  public static final VectorSpecies<Float> FLOATS = preferred();

  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

  /** 32-bit lanes of a vector. */
  static final int COUNT = FLOATS.length();

  /** Output rows that stand side by side: two vectors. */
  static final int GROUP = 2 * COUNT;

  /** Bytes of a vector. */
  static final int BYTES = FLOATS.vectorByteSize();

  private Lanes() {}

  private static VectorSpecies<Float> preferred() {
    Integer bits = Integer.getInteger("zaohua.bits");
    if (bits == null) {
      var best = FloatVector.SPECIES_PREFERRED;
      return best.vectorBitSize() < 128
          ? FloatVector.SPECIES_128
          : best.vectorBitSize() > 512 ? FloatVector.SPECIES_512 : best;
    }
    return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
  }
}
