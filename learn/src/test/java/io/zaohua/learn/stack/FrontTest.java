package io.zaohua.learn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.Front;
import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.TinyModel;
import io.zaohua.learn.adapt.FrontedWeights;
import io.zaohua.model.spec.Part;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Indexing;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrontTest {
  private static final long[] IDS = {3, 1, 4, 1, 5};

  @Test
  void aPromptOfTokensEmbeddingsIsThoseTokens() {
    try (Scope _ = Scope.open("test")) {
      var weights = new InitialWeights(TinyModel.dense(), 4, 0.3);
      Tensor learned =
          Indexing.select(weights.tensor(Part.EMBEDDING), 0, Tensors.of(new long[] {7, 2}, 2));
      Transformer model = fronted(weights, new Front.Prompt(learned));
      Transformer plain = Transformer.of(TinyModel.dense(), weights);
      Tensor whole = plain.logits(Tensors.of(new long[] {7, 2, 3, 1, 4, 1, 5}, 1, 7));
      assertThat(model.logits(Tensors.of(IDS, 1, 5)).toFloats())
          .containsExactly(whole.slice(1, 2, 7).contiguous().toFloats(), offset(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void allSegmentsSeeWhatIsLearnedAndNotEachOther(boolean prefix) {
    try (Scope _ = Scope.open("test")) {
      Transformer model = fronted(new InitialWeights(TinyModel.dense(), 4, 0.3), front(prefix));
      Tensor segments = Tensors.of(new long[] {0, 0, 0, 1, 1}, 1, 5);
      float[] one = model.hidden(Tensors.of(IDS, 1, 5), Optional.of(segments)).toFloats();
      long[] others = {9, 9, 9, 1, 5};
      float[] other = model.hidden(Tensors.of(others, 1, 5), Optional.of(segments)).toFloats();
      for (int i = 24; i < 40; i++) { // states of the second segment
        assertThat(other[i]).isEqualTo(one[i]);
      }
      Transformer without =
          Transformer.of(TinyModel.dense(), new InitialWeights(TinyModel.dense(), 4, 0.3));
      float[] bare = without.hidden(Tensors.of(IDS, 1, 5), Optional.of(segments)).toFloats();
      assertThat(Math.abs(bare[39] - one[39])).isGreaterThan(1e-4f);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theGradientIsItsSlopeAndTheSameWhereBlocksAreComputedAgain(boolean prefix) {
    try (Scope _ = Scope.open("test")) {
      Front front = front(prefix);
      var fronted = new FrontedWeights(new InitialWeights(TinyModel.dense(), 4, 0.3), front);
      Tensor table = List.copyOf(fronted.tensors().values()).getFirst();
      Transformer model = Transformer.of(TinyModel.dense(), fronted);
      float[] recorded = gradient(model, table);
      model.recompute();
      assertThat(gradient(model, table)).containsExactly(recorded);
      for (int i = 0; i < 4; i++) {
        int element = i * 3;
        double slope =
            (moved(model, table, element, 0.01f) - moved(model, table, element, -0.01f)) / 0.02;
        assertThat((double) recorded[element]).isCloseTo(slope, offset(2e-3));
      }
      try (var _ = fronted.off()) {
        assertThat(model.hidden(ids()).shape()).containsExactly(1L, 5L, 8L);
      }
    }
  }

  private static float[] gradient(Transformer model, Tensor table) {
    table.clearGrad();
    Pass pass = model.pass(ids(), Optional.empty(), Optional.empty());
    pass.backward(pass.hidden(), weights(), 1);
    return table.grad().orElseThrow().toFloats();
  }

  private static double moved(Transformer model, Tensor table, int element, float by) {
    try (Scope _ = Scope.open("moved");
        Autograd _ = Autograd.off()) {
      float[] change = new float[(int) table.count()];
      change[element] = by;
      Tensor step = Tensors.of(change, table.size(0), table.size(1));
      table.inPlace().add(step, 1);
      double value = model.hidden(ids()).mul(weights()).sum().item();
      table.inPlace().add(step, -1);
      return value;
    }
  }

  private static Tensor weights() {
    return new Rng(9).normal(DType.F32, 1, 5, 8);
  }

  private static Tensor ids() {
    return Tensors.of(IDS, 1, 5);
  }

  private static Transformer fronted(InitialWeights weights, Front front) {
    return Transformer.of(TinyModel.dense(), new FrontedWeights(weights, front));
  }

  /** Two positions; a layer of two has one key head of 4. */
  private static Front front(boolean prefix) {
    Tensor table = new Rng(2).normal(DType.F32, 2, prefix ? 2 * 2 * 4 : 8).requireGrad();
    return prefix ? new Front.Prefix(table) : new Front.Prompt(table);
  }
}
