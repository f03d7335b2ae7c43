package io.zaohua.learn.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.optimize.Average;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.stack.Continuation;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.tokenizer.StreamingDecoder;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the model in training says to the recipe's prompts, now and then, as lines of {@code
 * samples.jsonl}.
 */
final class Samples implements AutoCloseable {
  private final Recipe.SampleSettings settings;
  private final Student student;
  private final Transformer model;
  private final Tokenizer tokenizer;
  private final long seed;
  private final StepLines lines;

  private Samples(Recipe recipe, Subject subject, Student student, StepLines lines) {
    this.settings = recipe.watch().samples();
    this.student = student;
    this.model = subject.model();
    this.tokenizer = subject.needTokenizer();
    this.seed = recipe.pace().seed();
    this.lines = lines;
  }

  /** What the recipe asks for, in a run that goes on after so many steps. */
  static Optional<Samples> of(
      Recipe recipe, Subject subject, Student student, RunFolder folder, int done) {
    if (recipe.watch().samples().prompts().isEmpty()) {
      return Optional.empty();
    }
    StepLines lines = StepLines.after(folder.file("samples.jsonl"), done);
    return Optional.of(new Samples(recipe, subject, student, lines));
  }

  /** Writes what is due after a step; without a number of steps, with every checkpoint. */
  void step(int step, boolean checkpoint) {
    int every = settings.every();
    if (every == 0 ? checkpoint : step % every == 0) {
      try (Average.Shown _ = student.shown()) {
        take(step);
      }
    }
  }

  @Override
  public void close() {
    lines.close();
  }

  /** Writes one line for each prompt. */
  private void take(int step) {
    try (Scope _ = Scope.open("samples");
        Autograd _ = Autograd.off()) {
      Rng rng = new Rng(seed + step);
      for (String prompt : settings.prompts()) {
        ObjectNode line = StepLines.line(step);
        line.put("prompt", prompt);
        line.put("text", continuation(prompt, rng));
        lines.add(line);
      }
    }
  }

  private String continuation(String prompt, Rng rng) {
    int[] ids = tokenizer.encodeOpenPrompt(prompt, true);
    if (ids.length == 0) {
      ids = new int[] {tokenizer.bos().orElse(tokenizer.eos().orElse(0))};
    }
    StreamingDecoder decoder = tokenizer.stream(false, true);
    StringBuilder text = new StringBuilder();
    Continuation making = new Continuation(model);
    int read = 0;
    for (int i = 0; i < settings.tokens(); i++) {
      int next = next(making, ids, read, rng);
      read = ids.length;
      if (tokenizer.ends().contains(next) || next >= tokenizer.vocabularySize()) {
        break;
      }
      text.append(decoder.accept(next));
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = next;
    }
    return text.append(decoder.finish()).toString();
  }

  /** Past its context the model sees the end of the text, whose positions begin anew. */
  private int next(Continuation making, int[] ids, int read, Rng rng) {
    try (Scope _ = Scope.open("next token")) {
      int past = ids.length - model.spec().contextLength();
      int from = past > 0 ? past : read;
      long[] piece = Arrays.stream(ids, from, ids.length).asLongStream().toArray();
      Continuation text = past > 0 ? new Continuation(model) : making;
      Tensor logits = text.next(Tensors.of(piece, 1, piece.length)); // [1, vocabulary]
      return (int)
          (settings.temperature() == 0
                  ? logits.argmax(-1, false)
                  : rng.choose(Functional.softmax(logits.div(settings.temperature()), -1), 1))
              .item();
    }
  }
}
