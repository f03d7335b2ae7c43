package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.tensor.Scope;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SegmentsTest {
  private static Transformer model() {
    Config config =
        Config.parse(
            """
            {"model_type": "llama", "vocab_size": 11, "hidden_size": 16, "intermediate_size": 24,
             "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1}""");
    var family = Families.of(config);
    var spec = family.spec(config.or(family.defaults()));
    return Transformer.of(spec, new InitialWeights(spec, 5, 0.5));
  }

  @Test
  void packedTextsLoseWhatTheyLoseAlone() {
    try (Scope _ = Scope.open("test")) {
      var loss = new LanguageLoss(model(), new Recipe.LossSettings(0, 0, 0, 0));
      long[] ids = {1, 2, 3, 4, 5, 6};
      long[] targets = {2, 3, 9, 5, 6, 7};
      var packed = new Batch(1, 6, ids, targets, Optional.of(new long[] {0, 0, 0, 1, 1, 1}));
      var apart = new Batch(2, 3, ids, targets, Optional.empty());
      assertThat(loss.sum(packed)).isCloseTo(loss.sum(apart), offset(1e-5));
      assertThat(loss.backward(packed, 6)).isCloseTo(loss.sum(apart) / 6, offset(1e-5));
    }
  }
}
