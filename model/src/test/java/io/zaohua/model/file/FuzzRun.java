package io.zaohua.model.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Function;

/**
 * Opens many damaged copies of a file. Each must open and be read in full, or be refused by a
 * {@link UserError} of one line; and none may allocate past its own size and a constant.
 */
public final class FuzzRun {
  /** Read windows, buffers, messages, and the objects of a header of some kilobytes. */
  private static final long CONSTANT = 1 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Path path;
  private final Function<Path, TensorFile> open;
  private int opened;
  private int refused;

  public FuzzRun(Path path, Function<Path, TensorFile> open) {
    this.path = path;
    this.open = open;
  }

  /** Damages a file in one seeded way. */
  @FunctionalInterface
  public interface Mutation {
    byte[] apply(Random random);
  }

  /** Runs seeds 0 to {@code count - 1}. */
  public void run(int count, Mutation mutation) throws IOException {
    for (int seed = 0; seed < count; seed++) {
      byte[] damaged = mutation.apply(new Random(seed));
      Files.write(path, damaged);
      attempt(seed, damaged.length);
    }
    // A run in which all are refused, or none, would show nothing.
    assertThat(opened).isPositive();
    assertThat(refused).isGreaterThan(count / 4);
  }

  private void attempt(int seed, long size) {
    long allocated = allocatedBy(seed);
    if (allocated > size + CONSTANT) {
      // The first use of a path loads classes; what the file itself costs, it costs again.
      allocated = allocatedBy(seed);
    }
    assertThat(allocated)
        .as("bytes allocated for a file of %d, seed %d", size, seed)
        .isLessThan(size + CONSTANT);
  }

  private long allocatedBy(int seed) {
    byte[] buffer = new byte[1 << 12];
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try (var file = open.apply(path)) {
      for (var tensor : file.tensors()) {
        for (long at = 0; at < tensor.bytes(); at += buffer.length) {
          long piece = Math.min(buffer.length, tensor.bytes() - at);
          file.read(tensor, at, MemorySegment.ofArray(buffer).asSlice(0, piece));
        }
      }
      opened++;
    } catch (UserError e) {
      assertThat(e.fact().english()).as("seed %d", seed).isNotBlank().doesNotContain("\n");
      refused++;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed + " was not refused by a UserError", e);
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
