package io.zaohua.model.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConversionTest {
  private static final String SIZES =
      """
      "vocab_size": 40, "hidden_size": 24, "intermediate_size": 20, "num_hidden_layers": 5,
      "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 10,
      "max_position_embeddings": 96,""";

  @TempDir Path folder;
  private Path model;
  private Path gguf;

  @BeforeEach
  void paths() throws IOException {
    model = Files.createDirectory(folder.resolve("model"));
    gguf = folder.resolve("model.gguf");
  }

  private void write(String text, Predicate<String> has) throws IOException {
    String json = "{" + SIZES + text.replace('\'', '"') + "}";
    Files.writeString(model.resolve("config.json"), json);
    var given = Families.stackOf(Config.parse(json));
    var family = Families.of(given);
    var spec = family.spec(given.or(family.defaults()));
    new RandomWeights(spec, 7).write(model, spec, family.safetensors(spec, has));
  }

  static Stream<Arguments> variants() {
    return Stream.of(
            "'model_type': 'llama', 'attention_bias': true, 'mlp_bias': true",
            "'model_type': 'llama', 'rope_theta': 123456.78, 'tie_word_embeddings': true",
            "'model_type': 'llama', 'rope_scaling': {'type': 'dynamic', 'factor': 3.0}",
            "'model_type': 'llama', 'hidden_act': 'gelu'",
            "'model_type': 'llama', 'rope_scaling': {'rope_type': 'yarn', 'factor': 8.0,"
                + " 'mscale': 0.7, 'mscale_all_dim': 1.1, 'beta_fast': 16, 'truncate': false,"
                + " 'original_max_position_embeddings': 12}",
            "'model_type': 'llama', 'rope_scaling': {'rope_type': 'longrope', 'factor': 8.0,"
                + " 'original_max_position_embeddings': 12, 'short_factor': [1, 1.1, 1.2, 1.3, 1.4],"
                + " 'long_factor': [2, 3, 4, 5, 6.5]}",
            "'model_type': 'mistral', 'sliding_window': 7",
            "'model_type': 'mixtral', 'num_local_experts': 3, 'sliding_window': 9",
            "'model_type': 'qwen2', 'use_sliding_window': true, 'sliding_window': 11,"
                + " 'max_window_layers': 2, 'head_dim': null, 'tie_word_embeddings': true",
            "'model_type': 'qwen3', 'attention_bias': true, 'tie_word_embeddings': true",
            "'model_type': 'qwen3_moe', 'num_experts': 5, 'num_experts_per_tok': 2,"
                + " 'moe_intermediate_size': 12, 'decoder_sparse_step': 2",
            "'model_type': 'olmo2', 'tie_word_embeddings': true",
            "'model_type': 'olmoe', 'num_experts': 4, 'num_experts_per_tok': 3, 'norm_topk_prob': true",
            "'model_type': 'gemma2', 'query_pre_attn_scalar': 10, 'sliding_window': 5,"
                + " 'attn_logit_softcapping': null, 'final_logit_softcapping': 12.5",
            "'model_type': 'gemma2', 'layer_types': ['full_attention', 'full_attention',"
                + " 'full_attention', 'full_attention', 'full_attention']",
            "'model_type': 'gemma3_text', 'sliding_window_pattern': 2, 'sliding_window': 6,"
                + " 'rope_local_base_freq': 5000.0, 'rope_scaling': {'rope_type': 'linear', 'factor': 8.0}",
            "'model_type': 'phi3', 'partial_rotary_factor': 0.8, 'sliding_window': 13",
            "'model_type': 'phi3', 'original_max_position_embeddings': 12, 'rope_scaling':"
                + " {'type': 'longrope', 'short_factor': [1, 1, 1, 1, 2], 'long_factor': [3, 3, 3, 3, 4]}",
            "'model_type': 'granite', 'attention_multiplier': 0.3, 'logits_scaling': 7.0,"
                + " 'residual_multiplier': 0.21, 'embedding_multiplier': 11.0, 'attention_bias': true",
            "'model_type': 'smollm3', 'no_rope_layers': [0, 1, 1, 0, 1], 'use_sliding_window': true,"
                + " 'sliding_window': 8",
            "'model_type': 'gpt_neox', 'rotary_pct': 0.5, 'use_parallel_residual': false,"
                + " 'num_key_value_heads': 3, 'head_dim': 8",
            "'model_type': 'gpt_neox', 'attention_bias': false, 'num_key_value_heads': 3,"
                + " 'head_dim': 8, 'hidden_act': 'gelu_new'",
            "'model_type': 'gpt2', 'n_embd': 24, 'n_head': 4, 'n_layer': 3, 'n_positions': 32,"
                + " 'n_inner': 50, 'scale_attn_by_inverse_layer_idx': true, 'tie_word_embeddings': false")
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aModelComesBackFromGgufAsItWas(String config) throws IOException {
    write(config, _ -> false);
    try (var before = Checkpoint.open(model)) {
      Conversion.toGguf(before, gguf, Optional.empty());
      try (var after = Checkpoint.open(gguf)) {
        assertSame(before, after);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aModelComesBackFromGgufToAFolderAsItWas(String config) throws IOException {
    write(config, _ -> false);
    try (var before = Checkpoint.open(model)) {
      Conversion.toGguf(before, gguf, Optional.empty());
      try (var middle = Checkpoint.open(gguf)) {
        Conversion.toSafetensors(middle, folder.resolve("again"), Optional.empty());
        try (var after = Checkpoint.open(folder.resolve("again"))) {
          assertSame(middle, after);
        }
      }
    }
  }

  private static void assertSame(Checkpoint before, Checkpoint after) {
    assertThat(after.spec()).isEqualTo(before.spec());
    for (var part : Parts.of(before.spec()).keySet()) {
      float[] expected = before.weights().floats(part);
      float[] found = after.weights().floats(part);
      assertThat(found).as(part).hasSameSizeAs(expected);
      float worst = 0;
      for (int k = 0; k < found.length; k++) {
        // (1 + w) - 1 rounds once more in Gemma's norms.
        worst = Math.max(worst, Math.abs(found[k] - expected[k]));
      }
      assertThat(worst).as(part).isLessThan(1e-6f);
    }
  }

  @Test
  void stackedExpertsAreReadToo() throws IOException {
    write(
        "'model_type': 'qwen3_moe', 'num_experts': 5, 'num_experts_per_tok': 2,"
            + " 'moe_intermediate_size': 12",
        name -> name.endsWith("mlp.experts.gate_up_proj"));
    try (var checkpoint = Checkpoint.open(model)) {
      var stack =
          checkpoint.tensors().find("model.layers.4.mlp.experts.gate_up_proj").orElseThrow();
      assertThat(stack.shape()).containsExactly(5L, 24L, 24L);
      Conversion.toGguf(checkpoint, gguf, Optional.empty());
      try (var after = Checkpoint.open(gguf)) {
        assertSame(checkpoint, after);
      }
    }
  }

  @Test
  void theTextSideOfAVisionModelIsConverted() throws IOException {
    write(
        "'model_type': 'gemma3', 'text_config': {'model_type': 'gemma3_text', 'vocab_size': 40,"
            + " 'hidden_size': 24, 'intermediate_size': 20, 'num_hidden_layers': 2,"
            + " 'num_attention_heads': 2, 'num_key_value_heads': 1, 'head_dim': 8}",
        name -> name.equals("model.language_model.embed_tokens.weight"));
    try (var checkpoint = Checkpoint.open(model)) {
      assertThat(checkpoint.spec().layers()).hasSize(2);
      assertThat(checkpoint.table().find("embedding.weight").orElseThrow().tensor())
          .isEqualTo("model.language_model.embed_tokens.weight");
    }
  }

  @Test
  void matricesTakeTheChosenTypeAndVectorsStayF32() throws IOException {
    write("'model_type': 'llama'", _ -> false);
    try (var before = Checkpoint.open(model)) {
      Conversion.toGguf(before, gguf, Optional.of(TensorType.BF16));
      try (var after = Checkpoint.open(gguf)) {
        assertThat(after.weights().shape("layers.0.q.weight").type()).isEqualTo(TensorType.BF16);
        assertThat(after.weights().shape("layers.0.preMixer.weight").type())
            .isEqualTo(TensorType.F32);
      }
    }
  }

  private static final String TOKENIZER =
      """
      {"version": "1.0", "added_tokens": [{"id": 6, "content": "<end>", "special": true,
        "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
       "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
       "post_processor": null, "decoder": {"type": "ByteLevel"},
       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "Ġab": 5},
         "merges": ["a b", "Ġ ab"]}}
      """;

  @Test
  void theTokenizerComesAlong() throws IOException {
    write("'model_type': 'llama'", _ -> false);
    Files.writeString(model.resolve("tokenizer.json"), TOKENIZER);
    try (var before = Checkpoint.open(model)) {
      Conversion.toGguf(before, gguf, Optional.empty());
      try (var after = Checkpoint.open(gguf)) {
        var tokenizer = after.tokenizer().orElseThrow();
        assertThat(tokenizer.encode("abc ab<end>", true))
            .containsExactly(4, 2, 5, 6)
            .containsExactly(before.tokenizer().orElseThrow().encode("abc ab<end>", true));
        assertThat(tokenizer.vocabularySize()).isEqualTo(40);
      }
    }
  }

  @Test
  void namedChatTemplatesComeAlong() throws IOException {
    write("'model_type': 'llama'", _ -> true);
    Files.writeString(
        model.resolve("tokenizer_config.json"),
        """
        {"chat_template": [{"name": "default", "template": "d"},
         {"name": "tool_use", "template": "t"}, {"name": "../up", "template": "u"}]}""");
    Path again = folder.resolve("again");
    Path copy = folder.resolve("copy");
    try (var before = Checkpoint.open(model)) {
      Conversion.toGguf(before, gguf, Optional.empty());
    }
    try (var middle = Checkpoint.open(gguf)) {
      assertThat(middle.chatTemplates().byName())
          .isEqualTo(Map.of("default", "d", "tool_use", "t", "../up", "u"));
      assertThat(middle.metadata().orElseThrow().strings("tokenizer.chat_templates"))
          .containsExactly("../up", "tool_use");
      Conversion.toSafetensors(middle, again, Optional.empty());
    }
    try (var after = Checkpoint.open(again)) {
      assertThat(after.chatTemplates().byName()).isEqualTo(Map.of("default", "d", "tool_use", "t"));
      Conversion.toSafetensors(after, copy, Optional.empty());
    }
    assertThat(copy.resolve("additional_chat_templates/tool_use.jinja")).hasContent("t");
    assertThat(folder.resolve("up.jinja")).doesNotExist();
  }

  @Test
  void aTokenizerLargerThanTheModelIsRefused() throws IOException {
    write("'model_type': 'llama'", _ -> false);
    Files.writeString(
        model.resolve("tokenizer.json"), TOKENIZER.replace("\"id\": 6", "\"id\": 60"));
    try (var checkpoint = Checkpoint.open(model)) {
      assertThatThrownBy(() -> Conversion.toGguf(checkpoint, gguf, Optional.empty()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("tokenizer has 61 tokens, the model only 40");
    }
    assertThat(gguf).doesNotExist();
  }

  @Test
  void theReportNamesWhatLlamaCppIgnores() throws IOException {
    write("'model_type': 'mistral', 'sliding_window': 7, 'hidden_act': 'gelu'", _ -> false);
    try (var checkpoint = Checkpoint.open(model)) {
      var notes = Conversion.toGguf(checkpoint, gguf, Optional.empty()).notes();
      assertThat(notes)
          .extracting(m -> m.english())
          .anySatisfy(n -> assertThat(n).contains("sliding window of architecture llama"))
          .anySatisfy(n -> assertThat(n).contains("no key for hidden_act"));
    }
  }

  @Test
  void weightsOfAnotherShapeAreRefusedBeforeAnythingRuns() throws IOException {
    write("'model_type': 'llama'", _ -> false);
    String other =
        Files.readString(model.resolve("config.json"))
            .replace("\"head_dim\": 10", "\"head_dim\": 8");
    Files.writeString(model.resolve("config.json"), other);
    assertThatThrownBy(() -> Checkpoint.open(model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("q_proj.weight")
        .hasMessageContaining("[30, 24]")
        .hasMessageContaining("[24, 24] was expected");
  }

  @Test
  void aFolderWithOneGgufModelOpens() throws IOException {
    write("'model_type': 'llama'", _ -> false);
    try (var checkpoint = Checkpoint.open(model)) {
      Conversion.toGguf(checkpoint, gguf, Optional.empty());
    }
    for (var file : List.of("config.json", "model.safetensors")) {
      Files.delete(model.resolve(file));
    }
    Files.move(gguf, model.resolve("only.gguf"));
    try (var checkpoint = Checkpoint.open(model)) {
      assertThat(checkpoint.metadata()).isPresent();
    }
  }
}
