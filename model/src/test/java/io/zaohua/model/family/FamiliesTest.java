package io.zaohua.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FamiliesTest {

  private static TransformerSpec spec(String text) {
    return DialectTest.spec(text.replace('\'', '"'));
  }

  private static Mixer.Attention attention(TransformerSpec spec, int layer) {
    return (Mixer.Attention) spec.layers().get(layer).mixer();
  }

  static List<Family> families() {
    return Families.ALL;
  }

  @ParameterizedTest
  @MethodSource("families")
  void theDefaultsAloneDescribeAStack(Family family) {
    assertThat(family.spec(family.defaults()).family()).isEqualTo(family.name());
  }

  @ParameterizedTest
  @MethodSource("families")
  void aNumberBeyondReasonIsRefusedInASentence(Family family) {
    int refused = 0;
    for (var entry : family.defaults().json().properties()) {
      for (long value : new long[] {-1, 0, Integer.MAX_VALUE, Long.MAX_VALUE}) {
        if (entry.getValue().isNumber()) {
          try {
            family.spec(family.defaults().with(entry.getKey(), value));
          } catch (UserError e) {
            refused++;
          }
        }
      }
    }
    assertThat(refused).isGreaterThan(5);
  }

  @Test
  void anUnknownFamilyIsRefusedWithTheListOfKnownOnes() {
    assertThatThrownBy(() -> Families.of(Config.parse("{\"model_type\": \"mamba\"}")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("family mamba is unknown; known are gpt2, gpt_neox, llama")
        .hasMessageContaining("smollm3");
  }

  @Test
  void anUnknownRopeTypeIsRefusedByName() {
    assertThatThrownBy(
            () -> spec("'model_type': 'llama', 'rope_scaling': {'type': 'spiral', 'factor': 2}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rope type spiral");
  }

  @Test
  void factorsThatDoNotFitTheHeadAreRefused() {
    assertThatThrownBy(
            () ->
                spec(
                    "'model_type': 'phi3', 'rope_scaling': {'type': 'longrope',"
                        + " 'short_factor': [1,1], 'long_factor': [2,2]}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("2 factors, 4 positive ones were expected");
  }

  @Test
  void aRopeFactorOfZeroIsRefused() {
    assertThatThrownBy(
            () -> spec("'model_type': 'llama', 'rope_scaling': {'type': 'linear', 'factor': 0}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rope factor is 0.0");
  }

  @Test
  void anAbsurdNumberOfLayersIsRefused() {
    assertThatThrownBy(() -> spec("'model_type': 'llama', 'num_hidden_layers': 2000000000"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("num_hidden_layers");
  }

  @Test
  void aTextWhereANumberBelongsIsRefused() {
    assertThatThrownBy(() -> spec("'model_type': 'llama', 'hidden_size': 'wide'"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("hidden_size = \"wide\", a whole number was expected");
  }

  @Test
  void llamaBiasesFollowTheConfiguration() {
    var spec = spec("'model_type': 'llama', 'attention_bias': true, 'mlp_bias': true");
    assertThat(attention(spec, 0).qkvBias()).isTrue();
    assertThat(attention(spec, 0).outBias()).isTrue();
    assertThat(((FeedForward.Dense) spec.layers().get(0).feedForward()).bias()).isTrue();
  }

  @Test
  void mistralSeesItsWindowAndNullMeansNone() {
    assertThat(attention(spec("'model_type': 'mistral', 'sliding_window': 24"), 3).window())
        .isEqualTo(24);
    assertThat(attention(spec("'model_type': 'mistral', 'sliding_window': null"), 3).window())
        .isZero();
    assertThat(attention(spec("'model_type': 'mistral'"), 3).window()).isEqualTo(4096);
  }

  @Test
  void qwen2HasBiasesOnQueriesKeysAndValuesOnly() {
    var a = attention(spec("'model_type': 'qwen2'"), 0);
    assertThat(a.qkvBias()).isTrue();
    assertThat(a.outBias()).isFalse();
  }

  @Test
  void qwen3MoeKeepsSomeLayersDense() {
    var spec =
        spec(
            "'model_type': 'qwen3_moe', 'num_experts': 4, 'num_experts_per_tok': 2,"
                + " 'decoder_sparse_step': 2, 'mlp_only_layers': [1]");
    assertThat(spec.layers())
        .extracting(l -> l.feedForward() instanceof FeedForward.Experts)
        .containsExactly(false, false, false, true, false, true);
  }

  @Test
  void gemmaScalesByItsScalarNotByItsHeads() {
    var spec = spec("'model_type': 'gemma2', 'query_pre_attn_scalar': 144, 'head_dim': 16");
    assertThat(attention(spec, 0).scale()).isEqualTo(1 / 12f);
    assertThat(spec.embedding().scale()).isEqualTo((float) Math.sqrt(32));
  }

  @Test
  void yarnResolvesItsAttentionFactor() {
    var plain = yarn("'factor': 4.0");
    assertThat(plain.attentionFactor()).isEqualTo((float) (0.1 * Math.log(4) + 1));
    assertThat(plain.original()).isEqualTo(256);
    assertThat(yarn("'factor': 4.0, 'mscale': 0.5, 'mscale_all_dim': 1.0").attentionFactor())
        .isEqualTo((float) ((0.05 * Math.log(4) + 1) / (0.1 * Math.log(4) + 1)));
    assertThat(yarn("'factor': 4.0, 'attention_factor': 1.5").attentionFactor()).isEqualTo(1.5);
    assertThat(yarn("'factor': 4.0, 'truncate': false").truncate()).isFalse();
  }

  private static Rope.Scaling.Yarn yarn(String values) {
    var spec = spec("'model_type': 'llama', 'rope_scaling': {'rope_type': 'yarn', " + values + "}");
    return (Rope.Scaling.Yarn) attention(spec, 0).rope().scaling();
  }

  @Test
  void longRopeTakesItsFactorFromTheContexts() {
    var spec =
        spec(
            "'model_type': 'phi3', 'original_max_position_embeddings': 64, 'rope_scaling':"
                + " {'type': 'longrope', 'short_factor': [1,1,1,1], 'long_factor': [2,2,2,2]}");
    assertThat(((Rope.Scaling.LongRope) attention(spec, 0).rope().scaling()).attentionFactor())
        .isEqualTo((float) Math.sqrt(1 + Math.log(4) / Math.log(64)));
  }

  @Test
  void smolLm3LeavesEveryFourthLayerUnrotated() {
    var spec = spec("'model_type': 'smollm3'");
    assertThat(attention(spec, 3).rope()).isEqualTo(Rope.NONE);
    assertThat(attention(spec, 4).rope().theta()).isEqualTo(2_000_000);
  }

  @Test
  void theTextSideOfAVisionModelIsFound() {
    var config =
        Config.parse(
            "{\"model_type\": \"gemma3\", \"text_config\": {\"model_type\": \"gemma3_text\"}}");
    assertThat(Families.of(Families.stackOf(config)).name()).isEqualTo("gemma3_text");
  }
}
