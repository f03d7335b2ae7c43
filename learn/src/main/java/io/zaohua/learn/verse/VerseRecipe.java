package io.zaohua.learn.verse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.learn.optimize.AdamW;
import io.zaohua.model.family.Config;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How poet is trained: {@code models/poet/recipe.json}.
 *
 * @param model config.json, without the vocabulary's size
 * @param dataSeed of the split and of the documents' order
 * @param seed of the initial weights and of the order of training
 * @param deviation of the initial matrices; those that end a branch get it divided by sqrt(2
 *     layers)
 * @param minutes how long it runs; the learning rate goes by the clock, so that a run on a busy
 *     machine ends in time and still cools down
 * @param documents poems of a step
 * @param microBatches parts a step's poems are cut into, each of poems about as long
 * @param saveEvery steps between checkpoints
 */
record VerseRecipe(
    Config model,
    long dataSeed,
    long seed,
    double deviation,
    double minutes,
    int documents,
    int microBatches,
    Rates rates,
    AdamW.Settings optimizer,
    double clip,
    int saveEvery) {

  /**
   * The learning rate: up to {@code peak} in {@code warmup} steps, level, then a line to {@code
   * floor} over the last {@code decay} share of the time.
   */
  record Rates(double peak, double floor, int warmup, double decay) {

    /** The rate of a step, from 0 on, when this share of the time has gone. */
    double rate(int step, double gone) {
      double climb = Math.min(1, (step + 1) / (double) warmup);
      double left = Math.clamp((1 - gone) / decay, 0, 1);
      return climb * (floor + (peak - floor) * left);
    }
  }

  static VerseRecipe read(Path file) throws IOException {
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    return new VerseRecipe(
        Config.parse(json.required("model").toString()),
        json.required("data_seed").asLong(),
        json.required("seed").asLong(),
        json.required("deviation").asDouble(),
        json.required("minutes").asDouble(),
        json.required("documents_per_step").asInt(),
        json.required("micro_batches").asInt(),
        new Rates(
            json.required("peak_rate").asDouble(),
            json.required("floor_rate").asDouble(),
            json.required("warmup").asInt(),
            json.required("decay_share").asDouble()),
        new AdamW.Settings(
            json.required("betas").get(0).asDouble(),
            json.required("betas").get(1).asDouble(),
            json.required("eps").asDouble(),
            json.required("weight_decay").asDouble()),
        json.required("clip").asDouble(),
        json.required("save_every").asInt());
  }
}
