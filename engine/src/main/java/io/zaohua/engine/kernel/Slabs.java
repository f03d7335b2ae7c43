package io.zaohua.engine.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Hands out memory from slabs of {@link #SLAB} bytes of a shared arena; threads may share it.
 * Weights in few large pieces can lie on huge pages where the C library asks for them (glibc with
 * {@code glibc.malloc.hugetlb=1}, which the launcher sets).
 */
public final class Slabs implements SegmentAllocator {
  private static final long SLAB = 16L << 20;

  private final Arena arena;
  private MemorySegment slab = MemorySegment.NULL;
  private long used;

  public Slabs(Arena arena) {
    this.arena = arena;
  }

  @Override
  public synchronized MemorySegment allocate(long bytes, long alignment) {
    long at = (used + alignment - 1) / alignment * alignment;
    if (at + bytes > slab.byteSize()) {
      slab = arena.allocate(Math.max(SLAB, bytes), Math.max(64, alignment));
      at = 0;
    }
    used = at + bytes;
    return slab.asSlice(at, bytes);
  }
}
