package io.zaohua.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Native memory of a matrix: groups of rows, a fixed number of bytes each, in pieces that were
 * allocated and filled by different threads. Access after the arena closed throws {@link
 * IllegalStateException}.
 */
record Storage(List<MemorySegment> pieces, int groupsPerPiece, long groupBytes) {

  MemorySegment piece(int group) {
    return pieces.get(group / groupsPerPiece);
  }

  long at(int group) {
    return group % groupsPerPiece * groupBytes;
  }

  long bytes() {
    long sum = 0;
    for (MemorySegment piece : pieces) {
      sum += piece.byteSize();
    }
    return sum;
  }
}
