package io.zaohua.learn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.Doubles;
import io.zaohua.learn.Front;
import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.TinyModel;
import io.zaohua.learn.adapt.FrontedWeights;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts read piece by piece give the logits of texts read whole. */
final class ContinuationTest {
  private static final List<Integer> SHORT = List.of(5, 1, 1, 7, 1, 9);
  private static final List<Integer> LONG = List.of(5, 1, 1, 7, 1, 1, 40, 1, 7);

  static List<Path> checkpoints() throws IOException {
    return LogitsGoldenTest.checkpoints();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("checkpoints")
  @Tag("golden")
  void ofEveryFamily(Path folder) {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        Scope _ = Scope.open("weights")) {
      var weights = new LoadedWeights(checkpoint.weights(), false);
      piecesAreTheWhole(Transformer.of(checkpoint.spec(), weights), SHORT, 2e-5); // F32 rounds
      Doubles exact = Doubles.frozen(checkpoint.spec(), weights);
      piecesAreTheWhole(Transformer.of(checkpoint.spec(), exact), LONG, 1e-9);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void behindLearnedPositions(boolean prefix) {
    try (Scope _ = Scope.open("weights")) {
      Tensor table = new Rng(2).normal(DType.F32, 2, prefix ? 2 * 2 * 4 : 8);
      Front front = prefix ? new Front.Prefix(table) : new Front.Prompt(table);
      var weights = new FrontedWeights(new InitialWeights(TinyModel.dense(), 4, 0.3), front);
      piecesAreTheWhole(Transformer.of(TinyModel.dense(), weights), LONG, 1e-5);
    }
  }

  private static void piecesAreTheWhole(Transformer model, List<Integer> pieces, double near) {
    try (Scope _ = Scope.open("test");
        Autograd _ = Autograd.off()) {
      int length = pieces.stream().mapToInt(Integer::intValue).sum();
      Tensor ids = new Rng(3).integers(0, model.spec().vocabulary(), 2, length);
      Continuation text = new Continuation(model);
      int read = 0;
      for (int piece : pieces) {
        int end = read + piece;
        Tensor made = model.head(text.states(ids.slice(1, read, end)));
        Tensor whole = model.logits(ids.slice(1, 0, end)).slice(1, read, end);
        assertThat(made.shape()).isEqualTo(whole.shape());
        assertThat(made.toDoubles())
            .as("tokens %d to %d", read, end)
            .containsExactly(whole.toDoubles(), offset(near));
        read = end;
      }
    }
  }

  @Test
  void theNextLogitsAreThoseAfterTheLastToken() {
    try (Scope _ = Scope.open("test");
        Autograd _ = Autograd.off()) {
      Transformer model =
          Transformer.of(TinyModel.dense(), new InitialWeights(TinyModel.dense(), 4, 0.3));
      Tensor ids = new Rng(3).integers(0, TinyModel.VOCABULARY, 3, 5);
      Continuation text = new Continuation(model);
      text.next(ids.slice(1, 0, 2));
      assertThat(text.next(ids.slice(1, 2, 5)).toFloats())
          .containsExactly(model.logits(ids).slice(1, 4, 5).contiguous().toFloats(), offset(1e-5f));
    }
  }

  @Test
  void thereAreNoGradients() {
    try (Scope _ = Scope.open("test")) {
      Transformer model =
          Transformer.of(TinyModel.dense(), new InitialWeights(TinyModel.dense(), 4, 0.3));
      Tensor ids = new Rng(3).integers(0, TinyModel.VOCABULARY, 3, 5);
      assertThatThrownBy(() -> new Continuation(model).next(ids))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("gradients");
    }
  }
}
