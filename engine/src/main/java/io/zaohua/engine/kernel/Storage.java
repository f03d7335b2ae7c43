package io.zaohua.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Native memory of a matrix: groups of rows, a fixed number of bytes each, in pieces that were
 * allocated and filled by different threads. Access after the arena closed throws {@link
 * IllegalStateException}.
 */
record Storage(List<MemorySegment> pieces, int groupsPerPiece, long groupBytes) {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
