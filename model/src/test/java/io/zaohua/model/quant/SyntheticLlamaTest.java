package io.zaohua.model.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.Metadata;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class SyntheticLlamaTest {
  private static final Metadata TOKENS =
      Metadata.EMPTY.with(
          "tokenizer.ggml.tokens", GgufValue.strings(Collections.nCopies(100, "a")));

  @Test
  void anyPieceReadsAsPartOfTheWhole() {
    var model = model(1);
    var tensor = model.find("blk.1.ffn_down.weight").orElseThrow();
    byte[] whole = bytes(model, tensor.name(), 0, (int) tensor.bytes());
    for (int from : new int[] {0, 2, 8190, 8192, 50_002}) {
      byte[] piece = bytes(model, tensor.name(), from, 9000);
      assertThat(
              MemorySegment.ofArray(piece)
                  .mismatch(MemorySegment.ofArray(whole).asSlice(from, 9000)))
          .isEqualTo(-1);
    }
  }

  @Test
  void seedsAndTensorsDiffer() {
    byte[] first = bytes(model(1), "blk.0.ffn_up.weight", 0, 8192);
    assertThat(bytes(model(2), "blk.0.ffn_up.weight", 0, 8192)).isNotEqualTo(first);
    assertThat(bytes(model(1), "blk.1.ffn_up.weight", 0, 8192)).isNotEqualTo(first);
  }

  @Test
  void oneBillionHasAboutABillionWeights() {
    var tokens = GgufValue.strings(Collections.nCopies(49_152, "a"));
    var metadata = Metadata.EMPTY.with("tokenizer.ggml.tokens", tokens);
    var model = new SyntheticLlama(SyntheticLlama.Shape.ONE_BILLION, metadata, 1);
    assertThat(model.tensors().stream().mapToLong(t -> t.elements()).sum())
        .isBetween(1_000_000_000L, 1_100_000_000L);
  }

  private static SyntheticLlama model(long seed) {
    return new SyntheticLlama(new SyntheticLlama.Shape(2, 128, 512, 4, 2, 64), TOKENS, seed);
  }

  private static byte[] bytes(SyntheticLlama model, String name, int from, int count) {
    byte[] bytes = new byte[count];
    model.read(model.find(name).orElseThrow(), from, MemorySegment.ofArray(bytes));
    return bytes;
  }
}
