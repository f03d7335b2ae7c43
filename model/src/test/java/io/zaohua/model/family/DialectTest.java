package io.zaohua.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.spec.TransformerSpec;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The older way to write a configuration means the same as transformers 5's. */
class DialectTest {
  private static final String SMALL =
      """
      "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 6,
      "num_attention_heads": 4, "num_key_value_heads": 1, "max_position_embeddings": 256,\
      """;

  static TransformerSpec spec(String text) {
    var config = Config.parse("{" + SMALL + text + "}");
    var family = Families.of(config);
    return family.spec(config.or(family.defaults()));
  }

  static Stream<Arguments> pairs() {
    return Stream.of(
        pair(
            "llama base",
            "'model_type': 'llama', 'rope_theta': 500000.0",
            "'model_type': 'llama', 'rope_parameters': {'rope_type': 'default', 'rope_theta':"
                + " 500000.0}"),
        pair(
            "llama linear, with type",
            "'model_type': 'llama', 'rope_theta': 5000.0, 'rope_scaling': {'type': 'linear',"
                + " 'factor': 4.0}",
            "'model_type': 'llama', 'rope_parameters': {'rope_type': 'linear', 'factor': 4.0,"
                + " 'rope_theta': 5000.0}"),
        pair(
            "llama 3",
            "'model_type': 'llama', 'rope_theta': 5e5, 'rope_scaling': {'rope_type': 'llama3',"
                + " 'factor': 8.0, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,"
                + " 'original_max_position_embeddings': 64}",
            "'model_type': 'llama', 'rope_parameters': {'rope_theta': 5e5, 'rope_type': 'llama3',"
                + " 'factor': 8.0, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,"
                + " 'original_max_position_embeddings': 64}"),
        pair(
            "dynamic",
            "'model_type': 'llama', 'rope_scaling': {'type': 'dynamic', 'factor': 2.0}",
            "'model_type': 'llama', 'rope_parameters': {'rope_theta': 10000.0, 'rope_type':"
                + " 'dynamic', 'factor': 2.0}"),
        pair(
            "null head_dim",
            "'model_type': 'llama', 'head_dim': null, 'rope_scaling': null",
            "'model_type': 'llama', 'head_dim': 8"),
        pair(
            "neox rotary_pct",
            "'model_type': 'gpt_neox', 'rotary_pct': 0.5, 'rotary_emb_base': 20000",
            "'model_type': 'gpt_neox', 'rope_parameters': {'rope_type': 'default', 'rope_theta':"
                + " 20000, 'partial_rotary_factor': 0.5}"),
        pair(
            "neox default quarter",
            "'model_type': 'gpt_neox'",
            "'model_type': 'gpt_neox', 'rope_parameters': {'rope_type': 'default', 'rope_theta':"
                + " 10000.0, 'partial_rotary_factor': 0.25}"),
        pair(
            "gemma3 bases and pattern",
            "'model_type': 'gemma3_text', 'rope_theta': 1e6, 'rope_local_base_freq': 2e4,"
                + " 'sliding_window_pattern': 3, 'rope_scaling': {'rope_type': 'linear', 'factor':"
                + " 8.0}",
            "'model_type': 'gemma3_text', 'layer_types': ['sliding_attention', 'sliding_attention',"
                + " 'full_attention', 'sliding_attention', 'sliding_attention', 'full_attention'],"
                + " 'rope_parameters': {'full_attention': {'rope_type': 'linear', 'factor': 8.0,"
                + " 'rope_theta': 1e6}, 'sliding_attention': {'rope_type': 'default', 'rope_theta':"
                + " 2e4}}"),
        pair(
            "gemma2 alternates",
            "'model_type': 'gemma2'",
            "'model_type': 'gemma2', 'layer_types': ['sliding_attention', 'full_attention',"
                + " 'sliding_attention', 'full_attention', 'sliding_attention', 'full_attention']"),
        pair(
            "qwen2 windows above max_window_layers",
            "'model_type': 'qwen2', 'use_sliding_window': true, 'sliding_window': 16,"
                + " 'max_window_layers': 4",
            "'model_type': 'qwen2', 'use_sliding_window': true, 'sliding_window': 16,"
                + " 'layer_types': ['full_attention', 'full_attention', 'full_attention',"
                + " 'full_attention', 'sliding_attention', 'sliding_attention']"),
        pair(
            "smollm3 interval",
            "'model_type': 'smollm3', 'no_rope_layer_interval': 3",
            "'model_type': 'smollm3', 'no_rope_layers': [1, 1, 0, 1, 1, 0]"),
        pair(
            "qwen3_moe expert count",
            "'model_type': 'qwen3_moe', 'num_experts': 6, 'num_experts_per_tok': 2",
            "'model_type': 'qwen3_moe', 'num_local_experts': 6, 'num_experts_per_tok': 2"),
        pair(
            "phi3 su",
            "'model_type': 'phi3', 'original_max_position_embeddings': 64, 'rope_scaling': {'type':"
                + " 'su', 'short_factor': [1, 1, 1, 1], 'long_factor': [2, 2, 3, 4]}",
            "'model_type': 'phi3', 'original_max_position_embeddings': 64, 'rope_parameters':"
                + " {'rope_type': 'longrope', 'rope_theta': 10000.0, 'partial_rotary_factor': 1.0,"
                + " 'short_factor': [1, 1, 1, 1], 'long_factor': [2, 2, 3, 4]}"),
        pair("by class name", "'architectures': ['LlamaForCausalLM']", "'model_type': 'llama'"));
  }

  private static Arguments pair(String name, String older, String newer) {
    return Arguments.of(name, older.replace('\'', '"'), newer.replace('\'', '"'));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void bothDialectsGiveTheSameSpec(String name, String older, String newer) {
    assertThat(spec(older)).isEqualTo(spec(newer));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "'model_type': 'llama', 'rms_norm_eps': 1e308; epsilon of a norm",
        "'model_type': 'llama', 'rms_norm_eps': -1; epsilon of a norm",
        "'model_type': 'llama', 'rope_theta': 1e308; rope theta",
        "'model_type': 'llama', 'rope_scaling': {'type': 'linear', 'factor': 1e308}; rope factor",
        "'model_type': 'llama', 'rope_scaling': {'type': 'yarn', 'factor': 2, 'attention_factor':"
            + " 1e308}; attention factor",
        "'model_type': 'granite', 'residual_multiplier': 1e308; residual scale",
        "'model_type': 'gemma2', 'final_logit_softcapping': -1; soft cap"
      })
  void numbersThatWouldGiveNaNAreRefusedByName(String text, String name) {
    assertThatThrownBy(() -> spec(text.replace('\'', '"')))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(name);
  }
}
