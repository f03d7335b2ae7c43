package io.zaohua.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.MemoryFile;
import io.zaohua.model.weights.View;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files as llama.cpp's converter writes them. */
class GgufConfigTest {
  private static final MemoryFile FILE =
      new MemoryFile().with("token_embd.weight", 64, 32).with("output.weight", 64, 32);

  private static Metadata metadata(String arch) {
    return Metadata.EMPTY
        .with("general.architecture", GgufValue.text(arch))
        .with(arch + ".context_length", GgufValue.u32(256))
        .with(arch + ".embedding_length", GgufValue.u32(32))
        .with(arch + ".block_count", GgufValue.u32(6))
        .with(arch + ".feed_forward_length", GgufValue.u32(48))
        .with(arch + ".attention.head_count", GgufValue.u32(4))
        .with(arch + ".attention.head_count_kv", GgufValue.u32(2))
        .with(arch + ".attention.layer_norm_rms_epsilon", GgufValue.f32(1e-5f));
  }

  private static TransformerSpec spec(Metadata metadata, MemoryFile file) {
    var family = Families.of(metadata);
    return family.spec(GgufConfig.read(family, metadata, file));
  }

  private static Mixer.Attention attention(TransformerSpec spec, int layer) {
    return (Mixer.Attention) spec.layers().get(layer).mixer();
  }

  @Test
  void aPlainLlamaIsRead() {
    var spec = spec(metadata("llama"), FILE);
    assertThat(spec.family()).isEqualTo("llama");
    assertThat(spec.vocabulary()).isEqualTo(64);
    assertThat(spec.head().tied()).isFalse();
    assertThat(attention(spec, 0).headSize()).isEqualTo(8);
    assertThat(attention(spec, 0).rope()).isEqualTo(new Rope(8, 10000, new Rope.Scaling.None()));
  }

  @Test
  void withoutAnOutputTensorTheHeadIsTied() {
    var file = new MemoryFile().with("token_embd.weight", 64, 32);
    assertThat(spec(metadata("llama"), file).head().tied()).isTrue();
  }

  @Test
  void expertsMakeALlamaAMixtral() {
    var metadata =
        metadata("llama")
            .with("llama.expert_count", GgufValue.u32(4))
            .with("llama.expert_used_count", GgufValue.u32(2));
    var spec = spec(metadata, FILE);
    assertThat(spec.family()).isEqualTo("mixtral");
    assertThat(((FeedForward.Experts) spec.layers().get(0).feedForward()).count()).isEqualTo(4);
  }

  @Test
  void earlyMixtralFilesHaveOneTensorAnExpert() {
    var metadata = metadata("llama").with("llama.expert_count", GgufValue.u32(4));
    var spec = spec(metadata, FILE);
    var table = new Mixtral().gguf(spec, name -> name.equals("blk.0.ffn_gate.1.weight"));
    assertThat(table.find("layers.0.experts.1.gate.weight"))
        .contains(new View.Stored("blk.0.ffn_gate.1.weight"));
  }

  @Test
  void readyMadeDivisorsAreKept() {
    var file = new MemoryFile(1).with("token_embd.weight", 64, 32).with("rope_freqs.weight", 4);
    assertThat(attention(spec(metadata("llama"), file), 0).rope().scaling())
        .isEqualTo(new Rope.Scaling.Divisors(List.of(1f, 2f, 3f, 4f)));
  }

  @Test
  void theOldKeyForLinearScalingIsRead() {
    var metadata = metadata("llama").with("llama.rope.scale_linear", GgufValue.f32(4));
    assertThat(attention(spec(metadata, FILE), 0).rope().scaling())
        .isEqualTo(new Rope.Scaling.Linear(4));
  }

  @Test
  void gemma3HasFiveWindowsThenNone() {
    var metadata = metadata("gemma3").with("gemma3.attention.sliding_window", GgufValue.u32(16));
    var spec = spec(metadata, FILE);
    assertThat(List.of(0, 1, 2, 3, 4, 5))
        .extracting(spec::window)
        .containsExactly(16, 16, 16, 16, 16, 0);
    assertThat(attention(spec, 0).rope().theta()).isEqualTo(10_000);
    assertThat(attention(spec, 5).rope().theta()).isEqualTo(1_000_000);
  }

  @Test
  void gemma2FallsBackToItsKnownWindow() {
    var spec = spec(metadata("gemma2"), FILE);
    assertThat(List.of(0, 1)).extracting(spec::window).containsExactly(4096, 0);
  }

  @Test
  void neoxRotatesWhatTheFileSays() {
    var metadata =
        metadata("gptneox")
            .with("gptneox.attention.layer_norm_epsilon", GgufValue.f32(1e-5f))
            .with("gptneox.rope.dimension_count", GgufValue.u32(8));
    assertThat(attention(spec(metadata, FILE), 0).rope().dims()).isEqualTo(8);
  }

  @Test
  void aLaterWordOfZaohuaOverridesTheRest() {
    var metadata =
        metadata("smollm3").with("zaohua.config.no_rope_layers", GgufValue.text("[0,1,1,1,1,1]"));
    assertThat(attention(spec(metadata, FILE), 0).rope()).isEqualTo(Rope.NONE);
    assertThat(attention(spec(metadata, FILE), 3).rope().dims()).isEqualTo(8);
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyWordsOfZaohuaAreReadInOneGo() {
    var values = new LinkedHashMap<>(metadata("llama").values());
    for (int i = 0; i < 20_000; i++) {
      values.put("zaohua.config.key" + i, GgufValue.text("1"));
    }
    assertThat(spec(new Metadata(values), FILE).width()).isEqualTo(32);
  }

  @Test
  void aKeyOfAnotherTypeIsNamedInBothLanguages() {
    var wrong = metadata("llama").with("llama.rope.scale_linear", GgufValue.text("4"));
    assertThatThrownBy(() -> spec(wrong, FILE))
        .isInstanceOfSatisfying(
            UserError.class,
            e -> {
              assertThat(e.fact().english()).endsWith("has type TEXT, a number was expected.");
              assertThat(e.fact().chinese()).endsWith("的类型是 TEXT,应为数。");
            });
  }
}
