package io.zaohua.model.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MixtureTest {
  private static final int LAYERS = 16;

  @Test
  void mediumMixtureGivesValueAndDownMoreBitsInSomeLayers() {
    var types = types(dense(FileType.Q4_K_M), model(2048));
    for (int i = 0; i < LAYERS; i++) {
      var expected =
          List.of(0, 1, 4, 7, 10, 13, 14, 15).contains(i) ? TensorType.Q6_K : TensorType.Q4_K;
      assertThat(types.get("blk." + i + ".attn_v.weight")).isEqualTo(expected);
      assertThat(types.get("blk." + i + ".ffn_down.weight")).isEqualTo(expected);
      assertThat(types.get("blk." + i + ".attn_q.weight")).isEqualTo(TensorType.Q4_K);
    }
  }

  @Test
  void tiedEmbeddingIsWrittenAsOutput() {
    var types = types(dense(FileType.Q4_0), model(2048));
    assertThat(types.get("token_embd.weight")).isEqualTo(TensorType.Q6_K);
  }

  @Test
  void embeddingWithOwnOutputGetsTheCommonType() {
    var tensors = new ArrayList<>(model(2048));
    tensors.add(matrix("output.weight", 512, 2048));
    var types = types(dense(FileType.Q4_0), tensors);
    assertThat(types.get("token_embd.weight")).isEqualTo(TensorType.Q4_0);
    assertThat(types.get("output.weight")).isEqualTo(TensorType.Q6_K);
  }

  @Test
  void narrowRowsFallBackToSmallBlocks() {
    var types = types(dense(FileType.Q4_K_M), model(576));
    assertThat(types.get("token_embd.weight")).isEqualTo(TensorType.Q8_0);
    assertThat(types.get("blk.2.attn_v.weight")).isEqualTo(TensorType.Q5_0);
    assertThat(types.get("blk.0.attn_v.weight")).isEqualTo(TensorType.Q8_0);
    assertThat(types(dense(FileType.Q5_K_M), model(576)).get("blk.2.attn_v.weight"))
        .isEqualTo(TensorType.Q5_1);
  }

  @Test
  void oddRowsFallBackToHalves() {
    var types = types(dense(FileType.Q4_0), model(40));
    assertThat(types.get("blk.2.attn_v.weight")).isEqualTo(TensorType.F16);
  }

  @Test
  void vectorsNormsRoutersAndPositionsAreKept() {
    var tensors =
        List.of(
            new TensorInfo("blk.0.attn_norm.weight", TensorType.F32, List.of(2048L)),
            new TensorInfo("blk.0.attn_q.bias", TensorType.F32, List.of(2048L)),
            matrix("blk.0.attn_q_norm.weight", 32, 64),
            matrix("blk.0.ffn_gate_inp.weight", 8, 2048),
            matrix("position_embd.weight", 1024, 2048));
    for (var file : FileType.values()) {
      assertThat(dense(file).choose(tensors)).allMatch(Mixture.Choice::kept);
    }
  }

  @Test
  void eightExpertsKeepKeysAndValuesInEightBits() {
    var mixture = new Mixture(FileType.Q4_K_M, "llama", LAYERS, 8, true);
    var tensors = new ArrayList<>(model(2048));
    tensors.add(
        new TensorInfo("blk.4.ffn_down_exps.weight", TensorType.F16, List.of(8L, 512L, 2048L)));
    var types = types(mixture, tensors);
    assertThat(types.get("blk.3.attn_k.weight")).isEqualTo(TensorType.Q8_0);
    assertThat(types.get("blk.3.attn_v.weight")).isEqualTo(TensorType.Q8_0);
    assertThat(types.get("blk.3.attn_output.weight")).isEqualTo(TensorType.Q5_K);
    assertThat(types.get("blk.4.ffn_down_exps.weight")).isEqualTo(TensorType.Q6_K);
  }

  @Test
  void layersAreOrderedByNumber() {
    assertThat(dense(FileType.F16).choose(model(64)).stream().map(c -> c.tensor().name()))
        .startsWith("token_embd.weight", "blk.0.attn_k.weight")
        .endsWith("blk.15.ffn_down.weight");
  }

  private static Mixture dense(FileType file) {
    return new Mixture(file, "llama", LAYERS, 0, true);
  }

  private static List<TensorInfo> model(long width) {
    var tensors = new ArrayList<TensorInfo>();
    tensors.add(matrix("token_embd.weight", 512, width));
    for (int i = 0; i < LAYERS; i++) {
      for (var part : List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_down")) {
        tensors.add(matrix("blk." + i + "." + part + ".weight", 64, width));
      }
    }
    return tensors;
  }

  private static TensorInfo matrix(String name, long rows, long columns) {
    return new TensorInfo(name, TensorType.F16, List.of(rows, columns));
  }

  private static Map<String, TensorType> types(Mixture mixture, List<TensorInfo> tensors) {
    var types = new TreeMap<String, TensorType>();
    mixture.choose(tensors).forEach(c -> types.put(c.tensor().name(), c.type()));
    return types;
  }
}
