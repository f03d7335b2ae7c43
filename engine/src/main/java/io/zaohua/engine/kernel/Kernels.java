package io.zaohua.engine.kernel;

import io.zaohua.model.file.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Warms kernels up: the JIT compiler needs a second from the first call to full speed, time that
 * can pass while the weights are being read.
 */
public final class Kernels {
  private static final int CALLS = 3_000;
  private static final int TOKENS = Activations.TILE;

  private Kernels() {}

  /**
   * Runs the kernels of these types on tiny matrices, one thread for single tokens and one for
   * tiles, in the background. Types without a kernel are passed over. The threads end by themselves
   * and hold no file; waiting for them is never needed.
   */
  public static List<Thread> warm(Set<TensorType> types) {
    Set<TensorType> chosen = distinct(types);
    List<Thread> threads = new ArrayList<>();
    for (int tokens : new int[] {1, TOKENS}) {
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .name("zaohua-warm-" + tokens)
              .start(() -> run(chosen, tokens, CALLS)));
    }
    return threads;
  }

  /** One type for each set of kernels. */
  private static Set<TensorType> distinct(Set<TensorType> types) {
    Set<TensorType> chosen = EnumSet.noneOf(TensorType.class);
    Set<String> seen = new HashSet<>();
    for (TensorType type : types) {
      if (Matrices.supports(type) && seen.add(PackedMatrix.kernels(type))) {
        chosen.add(type);
      }
    }
    return chosen;
  }

  static void run(Set<TensorType> types, int tokens, int calls) {
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      List<Matrix> matrices = new ArrayList<>();
      for (TensorType type : types) {
        int columns = Math.max(64, type.blockSize());
        matrices.add(
            Matrices.pack(
                type, Lanes.GROUP, columns, (from, count, to) -> to.fill((byte) 0), arena, cores));
      }
      float[] x = new float[tokens * 256];
      float[] y = new float[tokens * Lanes.GROUP];
      var input = new Activations();
      for (int i = 0; i < calls; i++) {
        for (Matrix matrix : matrices) {
          int columns = matrix.columns();
          input.load(x, 0, columns, tokens, columns, matrix.quantized(), cores);
          matrix.multiply(input, y, 0, Lanes.GROUP, 0, Lanes.GROUP);
        }
      }
    }
  }
}
