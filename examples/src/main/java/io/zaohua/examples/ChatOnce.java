package io.zaohua.examples;

import io.zaohua.engine.ChatPrompt;
import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.Generation;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.Sampler;
import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.model.chat.ChatMessage;
import java.util.List;

/** Asks one question through the model's own chat template, with a seeded sampler. */
public final class ChatOnce {
  private ChatOnce() {}

  /** Argument: a model, by path or name; it must have a chat template. */
  public static void main(String[] arguments) {
    try (LanguageModel model = LanguageModel.load(Model.of(arguments))) {
      int[] prompt =
          ChatPrompt.of(model)
              .ids(
                  List.of(
                      ChatMessage.system("You answer in one sentence."),
                      ChatMessage.user("What is the capital of France?")));
      Generation answer =
          model.generate(
              prompt,
              GenerateOptions.greedy()
                  .withMaxTokens(48)
                  .withChooser(Sampler.of(SamplingOptions.defaults().withSeed(1))),
              System.out::print);
      System.out.printf("%n[%d tokens]%n", answer.ids().size());
    }
  }
}
