package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.learn.data.Batch;
import io.zaohua.model.UserError;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensors;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EstimateTest {
  private static final long MIB = 1 << 20;

  private static TransformerSpec spec() {
    Config config =
        Config.parse(
            """
            {"model_type": "llama", "vocab_size": 1000, "hidden_size": 64, "intermediate_size": 128,
             "num_hidden_layers": 2, "num_attention_heads": 2}""");
    var family = Families.of(config);
    return family.spec(config.or(family.defaults()));
  }

  private static Estimate estimate(int rows, String trained) {
    int length = 32;
    long[] ids = new long[rows * length];
    try (Scope _ = Scope.open("test")) {
      return Estimate.of(
          spec(),
          Map.of(trained, Tensors.zeros(DType.F32, 10, 10)),
          new Batch(rows, length, ids, ids, Optional.empty()),
          1,
          10 * MIB);
    }
  }

  private static Estimate whole(int rows) {
    return estimate(rows, "layers.0.q.weight");
  }

  @Test
  void activationsGrowWithTheBatch() {
    assertThat(whole(64).activations()).isEqualTo(2 * whole(32).activations());
  }

  @Test
  void anAdapterKeepsLessAndComputesLess() {
    Estimate adapter = estimate(8, "layers.0.q.lora_A.weight");
    assertThat(adapter.activations()).isLessThan(whole(8).activations());
    assertThat(adapter.operations() * 3).isEqualTo(whole(8).operations() * 2);
  }

  @Test
  void anAdaptersInputsAreKept() {
    long queries = estimate(8, "layers.0.q.lora_A.weight").activations();
    long down = estimate(8, "layers.0.down.lora_A.weight").activations();
    assertThat(down - queries).isEqualTo(8L * 32 * (128 - 64) * Float.BYTES);
  }

  @Test
  void productsInBf16NeedRoomForCopiesOfTheMatrices() {
    Batch batch = new Batch(1, 32, new long[32], new long[32], Optional.empty());
    try (Scope _ = Scope.open("test")) {
      var trained = Map.of("layers.0.q.weight", Tensors.zeros(DType.F32, 10, 10));
      Estimate plain = Estimate.of(spec(), trained, batch, 1, MIB, false, false);
      Estimate halved = Estimate.of(spec(), trained, batch, 1, MIB, false, true);
      long matrices = 2L * (4 * 64 * 64 + 3 * 64 * 128) + 1000 * 64;
      assertThat(halved.activations() - plain.activations()).isEqualTo(2 * matrices);
    }
  }

  @Test
  void whatCannotFitIsRefusedWithTheBatchThatWould() {
    Estimate large = whole(4096);
    long room = whole(2048).total() + 1000;
    assertThatThrownBy(() -> large.requireRoom(room, 4096))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("The run needs about")
        .satisfies(
            e -> assertThat(((UserError) e).remedy().english()).contains("Lower batch to 2048"));
    assertThatCode(() -> large.requireRoom(large.total(), 4096)).doesNotThrowAnyException();
  }

  @Test
  void weightsThatCannotFitAreRefusedBeforeTheyAreRead() {
    assertThatThrownBy(() -> Estimate.requireRoomForWeights(spec(), false, 1000))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("weights need");
  }
}
