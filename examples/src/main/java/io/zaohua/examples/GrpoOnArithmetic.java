package io.zaohua.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.reinforce.Example;
import io.zaohua.learn.reinforce.Reward;
import io.zaohua.learn.run.Grpo;
import io.zaohua.learn.run.Training;
import io.zaohua.learn.run.TrainingListener;
import io.zaohua.model.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A small model learns sums from lines of which half are wrong, then from rewards alone: GRPO, with
 * a reward of one line. With {@code --smoke} in seconds.
 */
public final class GrpoOnArithmetic {
  /** The whole reward: is it the sum? */
  private static final Reward RIGHT =
      (prompt, answer, example) -> answer.equals(example.solution()) ? 1 : 0;

  private GrpoOnArithmetic() {}

  /** Argument: {@code --smoke} for fewer sums and steps. */
  public static void main(String[] arguments) throws IOException {
    boolean smoke = List.of(arguments).contains("--smoke");
    int numbers = smoke ? 4 : 10;
    Path folder = Files.createTempDirectory("grpo");
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<end>\"}");
    Files.write(folder.resolve("sums.txt"), lines(numbers));
    Path model = Training.run(recipe(folder, "begin", BEGIN, smoke ? 80 : 1500), false, QUIET);

    List<Example> examples = new ArrayList<>();
    for (int a = 0; a < numbers; a++) {
      for (int b = 0; b < numbers; b++) {
        examples.add(new Example(a + "+" + b + "=", Integer.toString(a + b)));
      }
    }
    Recipe recipe = recipe(folder, "grpo", grpo(model), smoke ? 40 : 300);
    Path better = Grpo.run(recipe, examples, RIGHT, false, QUIET);

    List<Double> rewards = rewards(folder.resolve("grpo/metrics.jsonl"));
    for (int i = 0; i < rewards.size(); i += 10) {
      System.out.printf(Locale.ROOT, "step %3d  reward %.2f%n", i + 1, rewards.get(i));
    }
    double before = mean(rewards.subList(0, 5));
    double after = mean(rewards.subList(rewards.size() - 5, rewards.size()));
    System.out.printf(
        Locale.ROOT, "right answers %.0f %% -> %.0f %%: %s%n", 100 * before, 100 * after, better);
    if (after < before + 0.15) {
      throw new IllegalStateException("the reward has not risen");
    }
  }

  private static final String BEGIN =
      """
      model:
        config: {hidden_size: 48, intermediate_size: 96, num_hidden_layers: 2,
                 num_attention_heads: 4, max_position_embeddings: 16}
        tokenizer: tokenizer.json
      data: {file: sums.txt, separator: line, length: 8, packing: whole}
      optimizer: {lr: 0.003}
      batch: 32
      """;

  private static String grpo(Path model) {
    return """
        model: '%s'
        objective: {name: grpo, group: 8, length: 3, beta: 0.01}
        optimizer: {lr: 0.003, weight_decay: 0}
        schedule: constant
        batch: 16
        """
        .formatted(model);
  }

  private static final String TOKENIZER =
      """
      {"version": "1.0", "normalizer": null, "pre_tokenizer": null, "post_processor": null,
       "decoder": null,
       "added_tokens": [{"id": 13, "content": "<end>", "special": true, "normalized": false,
                         "lstrip": false, "rstrip": false, "single_word": false}],
       "model": {"type": "BPE", "unk_token": "?", "byte_fallback": false, "merges": [],
                 "vocab": {"?": 0, "0": 1, "1": 2, "2": 3, "3": 4, "4": 5, "5": 6, "6": 7, "7": 8,
                           "8": 9, "9": 10, "+": 11, "=": 12, "<end>": 13}}}
      """;

  /** Sums, half of them wrong. */
  private static List<String> lines(int numbers) {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20 * numbers * numbers; i++) {
      int a = random.nextInt(numbers);
      int b = random.nextInt(numbers);
      int said = random.nextBoolean() ? a + b : random.nextInt(2 * numbers - 1);
      lines.add(a + "+" + b + "=" + said);
    }
    return lines;
  }

  private static Recipe recipe(Path folder, String name, String yaml, int steps)
      throws IOException {
    String ending = "steps: " + steps + "\noutput: '" + folder.resolve(name) + "'\n";
    Path file = Files.writeString(folder.resolve(name + ".yaml"), yaml + ending);
    return Recipe.read(file, List.of());
  }

  private static List<Double> rewards(Path curve) throws IOException {
    List<Double> rewards = new ArrayList<>();
    for (String line : Files.readAllLines(curve)) {
      rewards.add(new ObjectMapper().readTree(line).get("reward").asDouble());
    }
    return rewards;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(d -> d).average().orElse(0);
  }

  private static final TrainingListener QUIET =
      new TrainingListener() {
        @Override
        public void note(Message message) {}

        @Override
        public void progress(Progress progress) {}
      };
}
