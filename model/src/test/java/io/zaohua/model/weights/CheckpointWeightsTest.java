package io.zaohua.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckpointWeightsTest {
  private static final View STORED = new View.Stored("t");

  private static CheckpointWeights weights(View view, long... shape) {
    var file = new MemoryFile().with("t", shape);
    return new CheckpointWeights(file, "tiny", new WeightTable(Map.of("p", view)));
  }

  @Test
  void aStoredMatrixIsReadAsItIs() {
    assertThat(weights(STORED, 2, 3).floats("p")).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void aStackOfMatricesIsFlattened() {
    assertThat(weights(STORED, 2, 3, 4).shape("p"))
        .isEqualTo(new Weights.Shape(TensorType.F32, 6, 4));
  }

  @Test
  void aRangeStartsAtItsRow() {
    var view = new View.Rows(STORED, new RowMap.Range(1, 2));
    assertThat(weights(view, 4, 2).floats("p")).containsExactly(2, 3, 4, 5);
  }

  @Test
  void aHeadSliceSkipsTheOtherProjections() {
    var view = new View.Rows(STORED, new RowMap.HeadSlice(2, 3, 1, 2));
    assertThat(weights(view, 12, 1).floats("p")).containsExactly(2, 3, 8, 9);
  }

  @Test
  void interleavedRowsBecomeHalves() {
    var view = new View.Rows(STORED, new RowMap.Interleaved(2, 4));
    assertThat(weights(view, 8, 1).floats("p")).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
  }

  @Test
  void aSliceOfAVectorPicksElements() {
    var view = new View.Rows(STORED, new RowMap.Range(2, 2));
    assertThat(weights(view, 6).floats("p")).containsExactly(2, 3);
    assertThat(weights(view, 6).shape("p")).isEqualTo(new Weights.Shape(TensorType.F32, 1, 2));
  }

  @Test
  void rowsOfATransposedTensorAreItsColumns() {
    var view = new View.Rows(new View.Transposed(STORED), new RowMap.Range(1, 2));
    assertThat(weights(view, 2, 3).floats("p")).containsExactly(1, 4, 2, 5);
  }

  @Test
  void arithmeticIsAppliedOutermostLast() {
    var view = new View.Scaled(new View.Plus(STORED, 1), 2);
    assertThat(weights(view, 3).floats("p")).containsExactly(2, 4, 6);
  }

  @Test
  void readingRowsGivesTheSameBytesAsReadingAll() {
    var view = new View.Rows(STORED, new RowMap.Interleaved(2, 4));
    var weights = weights(view, 8, 2);
    try (var arena = Arena.ofConfined()) {
      var rows = arena.allocate(3 * 8);
      weights.readRows("p", 2, 3, rows);
      float[] all = weights.floats("p");
      assertThat(rows.toArray(ValueLayout.JAVA_FLOAT))
          .containsExactly(all[4], all[5], all[6], all[7], all[8], all[9]);
    }
  }

  @Test
  void scatteredRowsAreReadOneByOne() {
    var view = new View.Rows(STORED, new RowMap.HeadSlice(2, 20, 0, 1));
    assertThat(weights(view, 40, 2).floats("p")).containsExactly(0, 1, 40, 41);
  }

  @Test
  void aRangePastTheTensorIsRefusedByName() {
    var view = new View.Rows(STORED, new RowMap.Range(3, 2));
    assertThatThrownBy(() -> weights(view, 4, 2).floats("p"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("tensor t in tiny has 4 rows, at least 5");
  }

  @Test
  void aMissingTensorIsNamedWithItsFile() {
    assertThatThrownBy(() -> weights(new View.Stored("gone"), 4, 2).shape("p"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("tensor gone is missing in tiny");
  }
}
