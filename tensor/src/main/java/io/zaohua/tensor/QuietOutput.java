package io.zaohua.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Sends the process's standard output nowhere until it is closed: Gloo greets there from C++, and
 * it is for results. Does nothing on Windows.
 */
final class QuietOutput implements AutoCloseable {
  private static final int STANDARD_OUTPUT = 1;
  private static final int WRITE_ONLY = 1; // O_WRONLY on Linux and macOS

  private final Optional<Calls> calls = Calls.find();
  private final int kept;

  QuietOutput() {
    kept = calls.map(Calls::silence).orElse(-1);
  }

  @Override
  public void close() {
    if (kept >= 0) {
      calls.ifPresent(c -> c.restore(kept));
    }
  }

  /** POSIX's dup, dup2, open, close, and C's fflush. */
  private record Calls(
      MethodHandle dup,
      MethodHandle dup2,
      MethodHandle open,
      MethodHandle close,
      MethodHandle flush) {

    @SuppressWarnings("restricted")
    static Optional<Calls> find() {
      if (System.getProperty("os.name", "").startsWith("Windows")) {
        return Optional.empty();
      }
      var integer = ValueLayout.JAVA_INT;
      var one = FunctionDescriptor.of(integer, integer);
      var pointer = FunctionDescriptor.of(integer, ValueLayout.ADDRESS);
      var path = FunctionDescriptor.of(integer, ValueLayout.ADDRESS, integer);
      return Optional.of(
          new Calls(
              handle("dup", one),
              handle("dup2", FunctionDescriptor.of(integer, integer, integer)),
              handle("open", path),
              handle("close", one),
              handle("fflush", pointer)));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor shape) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
    }

    /** Gives a copy of the open output. */
    int silence() {
      try (Arena arena = Arena.ofConfined()) {
        int nowhere = (int) open.invokeExact(arena.allocateFrom("/dev/null"), WRITE_ONLY);
        int copy = nowhere < 0 ? -1 : (int) dup.invokeExact(STANDARD_OUTPUT);
        if (copy >= 0) {
          replace(nowhere);
        }
        return copy;
      } catch (Throwable e) {
        throw new IllegalStateException("Standard output could not be kept.", e);
      }
    }

    void restore(int copy) {
      try {
        int _ = (int) flush.invokeExact(MemorySegment.NULL);
        replace(copy);
      } catch (Throwable e) {
        throw new IllegalStateException("Standard output could not be opened again.", e);
      }
    }

    private void replace(int other) throws Throwable {
      int _ = (int) dup2.invokeExact(other, STANDARD_OUTPUT);
      int _ = (int) close.invokeExact(other);
    }
  }
}
