package io.zaohua.tensor;

import io.zaohua.model.PhysicalCores;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * How many threads libtorch uses. OpenMP and MKL read their environment when they are loaded, so
 * the settings stand there before that; what the user has set is kept.
 */
final class Threads {
  /**
   * MKL uses libtorch's own OpenMP team instead of a second one that would fight it. libgomp's idle
   * threads spin 300,000 rounds by default, milliseconds in which others cannot use the core.
   */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("MKL_THREADING_LAYER", "GNU", "GOMP_SPINCOUNT", "2000");

  private Threads() {}

  /**
   * The threads of one operation: {@code OMP_NUM_THREADS}, else one for each physical core.
   *
   * @param processes that share the machine's cores
   */
  static int count(int processes) {
    String wanted = System.getenv("OMP_NUM_THREADS");
    if (wanted != null && wanted.matches("[1-9]\\d{0,3}")) {
      return Integer.parseInt(wanted);
    }
    return Math.max(1, PhysicalCores.count() / processes);
  }

  /** Called before the first native library is loaded. Only Linux has libgomp. */
  @SuppressWarnings("restricted")
  static void prepareEnvironment() {
    Linker linker = Linker.nativeLinker();
    var setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty() || !System.getProperty("os.name", "").startsWith("Linux")) {
      return;
    }
    MethodHandle set =
        linker.downcallHandle(
            setenv.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      for (var entry : ENVIRONMENT.entrySet()) {
        int overwrite = 0;
        int status =
            (int)
                set.invokeExact(
                    arena.allocateFrom(entry.getKey()),
                    arena.allocateFrom(entry.getValue()),
                    overwrite);
        assert status == 0;
      }
    } catch (Throwable e) {
      throw new IllegalStateException("The environment of OpenMP could not be set.", e);
    }
  }
}
