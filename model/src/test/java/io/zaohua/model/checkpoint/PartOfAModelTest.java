package io.zaohua.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GGUF files that are no models are refused by what they are. */
class PartOfAModelTest {
  @TempDir Path folder;

  private void assertRefused(Metadata metadata, List<TensorInfo> tensors, String as) {
    Path path = folder.resolve("part.gguf");
    GgufWriter.of(metadata, tensors)
        .write(path, (t, sink) -> sink.accept(MemorySegment.ofArray(new byte[(int) t.bytes()])));
    assertThatThrownBy(() -> Checkpoint.open(path))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("part.gguf holds " + as);
  }

  private static Metadata of(String architecture, String type) {
    return Metadata.EMPTY
        .with("general.architecture", GgufValue.text(architecture))
        .with("general.type", GgufValue.text(type));
  }

  private static List<TensorInfo> one(String name) {
    return List.of(new TensorInfo(name, TensorType.F32, List.of(2L, 8L)));
  }

  @Test
  void anAdapterIsNoModel() {
    assertRefused(of("llama", "adapter"), one("blk.0.attn_q.weight.lora_a"), "a LoRA adapter");
  }

  @Test
  void thePictureSideIsNoModel() {
    assertRefused(of("clip", "mmproj"), one("v.patch_embd.weight"), "the picture or sound side");
  }

  @Test
  void aVocabularyIsNoModel() {
    assertRefused(of("llama", "model"), List.of(), "a tokenizer without weights");
  }
}
