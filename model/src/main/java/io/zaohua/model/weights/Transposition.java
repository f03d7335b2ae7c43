package io.zaohua.model.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Turns stored matrices of plain elements. */
public final class Transposition {
  private Transposition() {}

  /**
   * {@code target[column, row] = source[row, column]}, both row by row.
   *
   * @param elementBytes bytes of one element
   */
  public static void turn(
      MemorySegment source, long rows, long columns, int elementBytes, MemorySegment target) {
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < columns; j++) {
        long from = i * columns + j;
        long to = j * rows + i;
        switch (elementBytes) {
          case 4 ->
              target.setAtIndex(
                  ValueLayout.JAVA_INT_UNALIGNED,
                  to,
                  source.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, from));
          case 2 ->
              target.setAtIndex(
                  ValueLayout.JAVA_SHORT_UNALIGNED,
                  to,
                  source.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, from));
          default ->
              MemorySegment.copy(
                  source, from * elementBytes, target, to * elementBytes, elementBytes);
        }
      }
    }
  }
}
