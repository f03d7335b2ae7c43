package io.zaohua.learn.run;

import io.zaohua.learn.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A run of milliseconds: a new model of one layer on a few lines, also as a process. */
final class TinyRun {
  private TinyRun() {}

  /** Writes text, tokenizer and recipe into a folder; gives the recipe. */
  static Path recipe(Path folder, int steps) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      text.append("abcd".repeat(1 + i % 5)).append(i % 2 == 0 ? "ba" : "dc").append('\n');
    }
    Files.writeString(folder.resolve("text.txt"), text);
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
         "post_processor": null, "decoder": null,
         "model": {"type": "BPE", "unk_token": "?", "byte_fallback": false, "merges": [],
                   "vocab": {"?": 0, "a": 1, "b": 2, "c": 3, "d": 4}}}
        """);
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model:
          config: {hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1,
                   num_attention_heads: 2, max_position_embeddings: 32}
          tokenizer: tokenizer.json
        data: {file: text.txt, separator: line, length: 16, packing: whole, validation: 0.2}
        optimizer: {lr: 0.01}
        batch: 3
        steps: %d
        seed: 7
        checkpoints: {every: 2, last: 2, best: 0}
        output: '%s'
        """
            .formatted(steps, folder.resolve("run")));
  }

  /** Trains in this process: the recipe, and {@code --resume} where the second argument is. */
  public static void main(String[] arguments) {
    Recipe recipe = Recipe.read(Path.of(arguments[0]), List.of());
    Training.run(recipe, arguments.length > 1, new Quiet());
  }
}
