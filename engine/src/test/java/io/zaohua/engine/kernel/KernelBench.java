package io.zaohua.engine.kernel;

import io.zaohua.model.file.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/**
 * Measures a kernel on all its shapes: {@code KernelBench TYPE ROWSxCOLUMNS TOKENS THREADS}. Prints
 * 10^9 weights (times tokens) a second, and GB of kernel layout a second. The matrices are together
 * larger than the caches.
 */
public final class KernelBench {
  private KernelBench() {}

  public static void main(String[] args) {
    TensorType type = TensorType.valueOf(args[0]);
    String[] shape = args[1].split("x");
    int rows = Integer.parseInt(shape[0]);
    int columns = Integer.parseInt(shape[1]);
    int tokens = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    if (Boolean.getBoolean("warm")) {
      // while a file would be read
      var end = System.nanoTime() + 300_000_000L;
      Kernels.warm(EnumSet.of(type));
      java.util.concurrent.locks.LockSupport.parkUntil(
          System.currentTimeMillis() + (end - System.nanoTime()) / 1_000_000);
    }
    try (var cores = new Cores(threads);
        var arena = Arena.ofShared()) {
      Stored stored = Stored.random(type, rows, columns, 1);
      List<Matrix> matrices = new ArrayList<>();
      long bytes = 0;
      do {
        matrices.add(stored.pack(arena, cores));
        bytes += matrices.getLast().bytes();
      } while (tokens == 1 && bytes < Long.getLong("megabytes", 96) << 20);
      float[] x = new float[tokens * columns];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) Math.sin(i);
      }
      float[] y = new float[tokens * rows];
      var input = new Activations();
      int grain = Math.ceilDiv(rows, 8 * Lanes.GROUP) * Lanes.GROUP;
      double[] rates = new double[12];
      long work = 0;
      var memory =
          (com.sun.management.ThreadMXBean)
              java.lang.management.ManagementFactory.getThreadMXBean();
      long allocated = 0;
      for (int i = 0; i < rates.length; i++) {
        long start = System.nanoTime();
        long done = 0;
        allocated = memory.getCurrentThreadAllocatedBytes();
        long calls = 0;
        while (System.nanoTime() - start < 250_000_000L) {
          for (Matrix matrix : matrices) {
            input.load(x, 0, columns, tokens, columns, cores, matrix);
            cores.forEach(
                rows, grain, (from, to, _) -> matrix.multiply(input, y, 0, rows, from, to));
            calls++;
            done += (long) rows * columns * tokens;
          }
        }
        allocated = (memory.getCurrentThreadAllocatedBytes() - allocated) / calls;
        rates[i] = done / (double) (System.nanoTime() - start);
        work += done;
      }
      double[] late = Arrays.copyOfRange(rates, 6, 12);
      Arrays.sort(late);
      double rate = late[3];
      double perWeight = bytes / (double) matrices.size() / rows / columns;
      System.out.printf(
          "%s %s tokens %d threads %d: %.1f G/s%s (each 0.25 s: %s, best %.1f, %d bytes allocated a product)%n",
          type,
          args[1],
          tokens,
          threads,
          rate,
          tokens == 1 ? " %.1f GB/s".formatted(rate * perWeight) : "",
          Arrays.toString(Arrays.stream(rates).mapToLong(Math::round).toArray()),
          late[5],
          allocated);
    }
  }
}
