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
 * <p>The first calls are few: with the launcher's flags a kernel is compiled after some tens, and
 * further calls would only queue the Vector API's own methods before it (docs/log.md, cold start).
 * Then it looks on, a few calls now and then, until the compiled form is there; without the flags
 * that takes thousands of calls, which follow without a pause.
 */
public final class Kernels {
  private static final int CALLS = 60;

  /** Between further calls: each one in slow code queues more of the Vector API's own methods. */
  private static final int PAUSE_MILLIS = 10;

  /** After so long it is clear that nobody gave the launcher's flags: then many are needed. */
  private static final long PATIENCE = 1_500_000_000L;

  /** A compiled kernel takes less, a hundredth in fact; one in the interpreter ten times more. */
  private static final int NANOS_PER_COLUMN = 300;

  /** So many fast calls one after another are no accident. */
  private static final int IN_A_ROW = 3;

  /** After so long the vectors are used anyway. */
  private static final long LONGEST = 20_000_000_000L;

  private Kernels() {}

  /**
   * Runs the single-token kernels of these types on tiny matrices, in the background. Types without
   * a kernel are passed over. The thread ends by itself and holds no file; waiting for it is never
   * needed.
   */
  public static Thread warm(Set<TensorType> types) {
    Set<TensorType> chosen = distinct(types);
    chosen.removeIf(type -> !Warmth.of(type).begin());
    return Thread.ofPlatform().daemon().name("zaohua-warm").start(() -> run(chosen));
  }

  /** One type for each set of kernels. */
  private static Set<TensorType> distinct(Set<TensorType> types) {
    Set<TensorType> chosen = EnumSet.noneOf(TensorType.class);
    Set<Warmth> seen = new HashSet<>();
    for (TensorType type : types) {
      if (Matrices.supports(type) && seen.add(Warmth.of(type))) {
        chosen.add(type);
      }
    }
    return chosen;
  }

  private static void run(Set<TensorType> types) {
    try (var cores = new Cores(1);
        var arena = Arena.ofShared()) {
      List<Trial> trials = new ArrayList<>();
      for (TensorType type : types) {
        trials.add(new Trial(type, arena, cores));
      }
      long begin = System.nanoTime();
      for (int i = 0; !trials.isEmpty(); i++) {
        trials.removeIf(Trial::isFast);
        long passed = System.nanoTime() - begin;
        if (passed > LONGEST) {
          break;
        }
        if (i >= CALLS && passed < PATIENCE) {
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      types.forEach(type -> Warmth.of(type).end());
    }
  }

  /** A tiny matrix whose product is timed until it is fast. */
  private static final class Trial {
    private final Warmth warmth;
    private final WarmMatrix matrix;
    private final Activations input = new Activations();
    private final float[] y = new float[Lanes.GROUP];

    Trial(TensorType type, Arena arena, Cores cores) {
      warmth = Warmth.of(type);
      int columns = Math.max(64, type.blockSize());
      matrix =
          (WarmMatrix)
              Matrices.pack(
                  type, Lanes.GROUP, columns, (from, count, to) -> to.fill((byte) 0), arena, cores);
      input.load(new float[columns], 0, columns, 1, columns, cores, matrix);
    }

    boolean isFast() {
      for (int i = 0; i < IN_A_ROW; i++) {
        long start = System.nanoTime();
        matrix.vectors(0, input, 0, y);
        if (System.nanoTime() - start > (long) NANOS_PER_COLUMN * matrix.columns()) {
          return false;
        }
      }
      warmth.end();
      return true;
    }
  }
}
