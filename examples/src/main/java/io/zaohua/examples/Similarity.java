package io.zaohua.examples;

import io.zaohua.engine.LanguageModel;
import java.util.List;

/**
 * Embeds sentences as the mean of a language model's hidden states and compares them by cosine. A
 * model trained for embeddings does better; this shows where the states are.
 */
public final class Similarity {
  private static final List<String> SENTENCES =
      List.of(
          "The cat sleeps on the sofa.",
          "A kitten is napping on the couch.",
          "Interest rates rose by half a percent.");

  private Similarity() {}

  /** Argument: a model, by path or name. */
  public static void main(String[] arguments) {
    try (LanguageModel model = LanguageModel.load(Model.of(arguments))) {
      List<float[]> embedded = SENTENCES.stream().map(text -> embed(model, text)).toList();
      for (int i = 0; i < SENTENCES.size(); i++) {
        for (int j = i + 1; j < SENTENCES.size(); j++) {
          System.out.printf(
              "%.3f  %s | %s%n",
              cosine(embedded.get(i), embedded.get(j)), SENTENCES.get(i), SENTENCES.get(j));
        }
      }
    }
  }

  private static float[] embed(LanguageModel model, String text) {
    int[] ids = model.tokenizer().encodePrompt(text, false);
    float[] states = model.hiddenStates(ids); // [tokens, width]
    int width = model.spec().width();
    float[] mean = new float[width];
    for (int i = 0; i < states.length; i++) {
      mean[i % width] += states[i] / ids.length;
    }
    return mean;
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }
}
