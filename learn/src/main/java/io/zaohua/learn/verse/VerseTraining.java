package io.zaohua.learn.verse;

import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.optimize.AdamW;
import io.zaohua.learn.optimize.Clip;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.tokenizer.TokenizerJson;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Trains poet on prepared documents by its recipe. */
public final class VerseTraining {
  private static final int TOLD_EVERY = 20;

  private final VerseRecipe recipe;
  private final Path out;
  private final Consumer<String> told;

  private VerseTraining(VerseRecipe recipe, Path out, Consumer<String> told) {
    this.recipe = recipe;
    this.out = out;
    this.told = told;
  }

  /**
   * Runs the whole recipe.
   *
   * @param data the folder {@link VerseData#prepare} wrote
   * @param out the checkpoint's folder, which must not be there yet; metrics.jsonl stands in it
   * @param told hears a line now and then
   */
  public static void run(Path recipe, Path data, Path out, Consumer<String> told)
      throws IOException {
    VerseRecipe read = VerseRecipe.read(recipe);
    Tokenizer tokenizer = TokenizerJson.read(data.resolve("tokenizer.json"));
    var config = read.model().with("vocab_size", tokenizer.vocabularySize());
    VerseCheckpoint.create(
        out, config, data.resolve("tokenizer.json"), read.deviation(), read.seed());
    List<int[]> documents = documents(data.resolve("train.txt"), tokenizer);
    new VerseTraining(read, out, told).train(documents);
  }

  /** The documents of a file as ids. */
  static List<int[]> documents(Path file, Tokenizer tokenizer) throws IOException {
    return Arrays.stream(Files.readString(file).split("\n\n"))
        .map(text -> tokenizer.encode(text, true))
        .toList();
  }

  private void train(List<int[]> documents) throws IOException {
    var batches =
        new VerseBatches(documents, recipe.documents(), recipe.microBatches(), recipe.seed());
    try (Checkpoint initial = Checkpoint.open(out);
        Scope _ = Scope.open("weights")) {
      var weights = new LoadedWeights(initial.weights(), true);
      Transformer model = Transformer.of(initial.spec(), weights);
      var leaves = weights.tensors().values();
      var optimizer = new AdamW(leaves, recipe.optimizer());
      told.accept(
          "%d documents, %d weights"
              .formatted(
                  documents.size(), leaves.stream().mapToLong(t -> t.toFloats().length).sum()));
      long start = System.nanoTime();
      long tokens = 0;
      double gone = 0;
      for (int step = 0; gone < 1; step++) {
        List<VerseBatches.Part> parts = batches.step(step);
        long learned = parts.stream().mapToLong(VerseBatches.Part::learned).sum();
        double loss = 0;
        for (VerseBatches.Part part : parts) {
          try (Scope _ = Scope.open("part of a step")) {
            Tensor share = losses(model, part).div((double) learned);
            share.backward();
            loss += share.item();
          }
        }
        double norm = Clip.byNorm(leaves, recipe.clip());
        double rate = recipe.rates().rate(step, gone);
        optimizer.step(rate);
        tokens += learned;
        if (!Double.isFinite(loss)) {
          throw new IllegalStateException("The loss of step " + step + " is " + loss + ".");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        gone = seconds / (60 * recipe.minutes());
        if ((step + 1) % TOLD_EVERY == 0) {
          tell(step + 1, loss, norm, rate, tokens, tokens / seconds);
        }
        if ((step + 1) % recipe.saveEvery() == 0 || gone >= 1) {
          VerseCheckpoint.save(out, initial.spec(), part -> weights.tensor(part).toFloats());
        }
      }
    }
  }

  private void tell(int step, double loss, double norm, double rate, long tokens, double speed)
      throws IOException {
    String line =
        String.format(
            Locale.ROOT,
            "{\"step\": %d, \"loss\": %.4f, \"grad_norm\": %.3f, \"lr\": %.6f, \"tokens\": %d,"
                + " \"tokens_per_second\": %.0f}",
            step,
            loss,
            norm,
            rate,
            tokens,
            speed);
    Files.writeString(
        out.resolve("metrics.jsonl"),
        line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    told.accept(line);
  }

  /** The sum of the losses of all positions that learn something, in nats. */
  static Tensor losses(Transformer model, VerseBatches.Part part) {
    long[] ids = part.ids().stream().mapToLong(Long::longValue).toArray();
    long[] targets = part.targets().stream().mapToLong(Long::longValue).toArray();
    Tensor logits = model.logits(Tensors.of(ids, part.rows(), part.length())); // [B, T, vocabulary]
    return Functional.crossEntropy(
        logits.reshape(targets.length, -1),
        Tensors.of(targets, targets.length),
        Functional.Reduction.SUM,
        0);
  }
}
