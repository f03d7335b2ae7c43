package io.zaohua.learn.run;

import io.zaohua.learn.chat.Letters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A run of seconds on records: a new model of one layer, a chat template, JSONL. */
final class RecordRun {
  private RecordRun() {}

  /** Writes records, tokenizer and recipe into a folder; gives the recipe. */
  static Path recipe(Path folder, String format, int steps) throws IOException {
    Letters.write(folder, Letters.SMOLLM2);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      String question = "q".repeat(1 + i % 7) + i;
      String answer = "a".repeat(1 + i % 5) + i % 3;
      lines.append(
          format.equals("chat")
              ? """
                {"messages": [{"role": "user", "content": "%s"}, {"role": "assistant", "content": "%s"}]}
                """
                  .formatted(question, answer)
              : """
                {"prompt": "%s", "completion": "%s"}
                """
                  .formatted(question, answer));
    }
    Files.writeString(folder.resolve("records.jsonl"), lines);
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model:
          config: {hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1,
                   num_attention_heads: 2, max_position_embeddings: 256}
          tokenizer: tokenizer.json
        data: {file: records.jsonl, format: %s, length: 160, validation: 0.2, duplicates: near}
        optimizer: {lr: 0.01}
        batch: 3
        steps: %d
        seed: 7
        checkpoints: {every: 2, last: 2, best: 0}
        output: '%s'
        """
            .formatted(format, steps, folder.resolve("run")));
  }
}
