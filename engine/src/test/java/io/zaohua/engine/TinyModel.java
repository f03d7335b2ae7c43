package io.zaohua.engine;

import io.zaohua.model.file.TensorSource;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.quant.SyntheticLlama;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A seeded model of two layers that knows the letters a to v, " ", "ab" and an end. */
final class TinyModel {
  static final int END = 0;
  static final int VOCABULARY = 25;

  private TinyModel() {}

  /** Writes it with random weights of this seed. */
  static Path write(Path folder, long seed) {
    return write(folder, seed, Map.of());
  }

  /** The same with more in its metadata. */
  static Path write(Path folder, long seed, Map<String, GgufValue> more) {
    List<String> tokens = new ArrayList<>(List.of("<end>"));
    for (char c = 'a'; c <= 'v'; c++) {
      tokens.add(String.valueOf(c));
    }
    tokens.add("\u0120");
    tokens.add("ab");
    int[] types = new int[VOCABULARY];
    Arrays.fill(types, 1);
    types[END] = 3;
    Metadata tokenizer =
        Metadata.EMPTY
            .with("tokenizer.ggml.model", GgufValue.text("gpt2"))
            .with("tokenizer.ggml.pre", GgufValue.text("gpt-2"))
            .with("tokenizer.ggml.tokens", GgufValue.strings(tokens))
            .with("tokenizer.ggml.token_type", GgufValue.ints(types))
            .with("tokenizer.ggml.merges", GgufValue.strings(List.of("a b")))
            .with("tokenizer.ggml.eos_token_id", GgufValue.u32(END));
    for (var pair : more.entrySet()) {
      tokenizer = tokenizer.with(pair.getKey(), pair.getValue());
    }
    var model = new SyntheticLlama(new SyntheticLlama.Shape(2, 64, 96, 4, 2, 512), tokenizer, seed);
    Path file = folder.resolve("tiny-" + seed + ".gguf");
    GgufWriter.of(model.metadata(), model.tensors()).write(file, TensorSource.of(model));
    return file;
  }

  static LanguageModel load(Path file) {
    return LanguageModel.load(file, LoadOptions.defaults().withThreads(1).withContextLength(256));
  }
}
