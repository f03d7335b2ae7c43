package io.zaohua.examples;

import io.zaohua.model.file.TensorSource;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.hub.Hub;
import io.zaohua.model.quant.SyntheticLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Which model an example runs: the first argument, a path or a name; else a small one. */
final class Model {
  private Model() {}

  static Path of(String[] arguments) {
    return Hub.fromEnvironment().resolve(arguments.length > 0 ? arguments[0] : "smollm2:135m");
  }

  /** A model of random weights that knows small letters only, for tests of seconds. */
  static Path tiny() throws IOException {
    List<String> tokens = new ArrayList<>(List.of("<end>", "\u0120", "e\u0120"));
    for (char c = 'a'; c <= 'z'; c++) {
      tokens.add(String.valueOf(c));
    }
    List<Integer> types = new ArrayList<>(Collections.nCopies(tokens.size(), 1));
    types.set(0, 3);
    Metadata tokenizer =
        Metadata.EMPTY
            .with("tokenizer.ggml.model", GgufValue.text("gpt2"))
            .with("tokenizer.ggml.pre", GgufValue.text("gpt-2"))
            .with("tokenizer.ggml.tokens", GgufValue.strings(tokens))
            .with(
                "tokenizer.ggml.token_type",
                GgufValue.ints(types.stream().mapToInt(Integer::intValue).toArray()))
            .with("tokenizer.ggml.merges", GgufValue.strings(List.of("e \u0120")))
            .with("tokenizer.ggml.eos_token_id", GgufValue.u32(0));
    var model = new SyntheticLlama(new SyntheticLlama.Shape(2, 64, 96, 4, 2, 256), tokenizer, 1);
    Path file = Files.createTempDirectory("tiny").resolve("tiny.gguf");
    GgufWriter.of(model.metadata(), model.tensors()).write(file, TensorSource.of(model));
    return file;
  }
}
