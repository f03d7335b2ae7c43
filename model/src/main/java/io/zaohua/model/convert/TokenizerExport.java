package io.zaohua.model.convert;

import io.zaohua.model.Message;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.gguf.GgufValue;
import java.util.List;
import java.util.Map;

/** The tokenizer's part of GGUF metadata. */
final class TokenizerExport {
  private TokenizerExport() {}

  /** Without a tokenizer the file says so, which llama.cpp accepts. */
  static void of(Checkpoint checkpoint, Map<String, GgufValue> metadata, List<Message> notes) {
    metadata.put("tokenizer.ggml.model", GgufValue.text("none"));
    var generation = checkpoint.generation();
    generation
        .beginToken()
        .ifPresent(id -> metadata.put("tokenizer.ggml.bos_token_id", GgufValue.u32(id)));
    generation.endTokens().stream()
        .sorted()
        .findFirst()
        .ifPresent(id -> metadata.put("tokenizer.ggml.eos_token_id", GgufValue.u32(id)));
    notes.add(
        Message.of(
            "The model has no tokenizer: the file takes and gives token ids only.",
            "模型没有分词器:该文件只能输入和输出词元编号。"));
  }
}
