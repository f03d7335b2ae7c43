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
 *
 * <p>The calls are few: with the launcher's flags a kernel is compiled after some tens, and without
 * them every further call in the interpreter only queues the Vector API's own methods for
 * compilation before the kernels (docs/log.md, cold start).
 */
public final class Kernels {
  private static final int CALLS = 60;

  private Kernels() {}

  /**
   * Runs the single-token kernels of these types on tiny matrices, in the background. Types without
   * a kernel are passed over. The thread ends by itself and holds no file; waiting for it is never
   * needed.
   */
  public static Thread warm(Set<TensorType> types) {
    Set<TensorType> chosen = distinct(types);
    return Thread.ofPlatform().daemon().name("zaohua-warm").start(() -> run(chosen));
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

  private static void run(Set<TensorType> types) {
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      List<Matrix> matrices = new ArrayList<>();
      for (TensorType type : types) {
        int columns = Math.max(64, type.blockSize());
        matrices.add(
            Matrices.pack(
                type, Lanes.GROUP, columns, (from, count, to) -> to.fill((byte) 0), arena, cores));
      }
      float[] x = new float[256];
      float[] y = new float[Lanes.GROUP];
      var input = new Activations();
      for (int i = 0; i < CALLS; i++) {
        for (Matrix matrix : matrices) {
          int columns = matrix.columns();
          input.load(x, 0, columns, 1, columns, cores, matrix);
          matrix.multiply(input, y, 0, Lanes.GROUP, 0, Lanes.GROUP);
        }
      }
    }
  }
}
