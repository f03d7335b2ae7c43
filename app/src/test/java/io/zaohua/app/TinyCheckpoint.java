package io.zaohua.app;

import io.zaohua.model.file.TensorSource;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.quant.SyntheticLlama;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A GGUF file with two layers of seeded weights, a vocabulary of letters and a chat template. */
public final class TinyCheckpoint {
  private TinyCheckpoint() {}

  /** Writes it with weights of this seed. */
  public static Path write(Path folder, long seed) {
    List<String> tokens = new ArrayList<>(List.of("<end>"));
    for (char c = 'a'; c <= 'z'; c++) {
      tokens.add(String.valueOf(c));
    }
    tokens.addAll(List.of("\u0120", ":", "|", "ab"));
    int[] types = new int[tokens.size()];
    Arrays.fill(types, 1);
    types[0] = 3;
    Metadata metadata =
        Metadata.EMPTY
            .with("tokenizer.ggml.model", GgufValue.text("gpt2"))
            .with("tokenizer.ggml.pre", GgufValue.text("gpt-2"))
            .with("tokenizer.ggml.tokens", GgufValue.strings(tokens))
            .with("tokenizer.ggml.token_type", GgufValue.ints(types))
            .with("tokenizer.ggml.merges", GgufValue.strings(List.of("a b")))
            .with("tokenizer.ggml.eos_token_id", GgufValue.u32(0))
            .with(
                "tokenizer.chat_template",
                GgufValue.text(
                    "{% for m in messages %}{{ m.role }}: {{ m.content }}|{% endfor %}"
                        + "{% if add_generation_prompt %}assistant: {% endif %}"));
    var model = new SyntheticLlama(new SyntheticLlama.Shape(2, 64, 96, 4, 2, 1024), metadata, seed);
    Path file = folder.resolve("tiny-" + seed + ".gguf");
    GgufWriter.of(model.metadata(), model.tensors()).write(file, TensorSource.of(model));
    return file;
  }
}
