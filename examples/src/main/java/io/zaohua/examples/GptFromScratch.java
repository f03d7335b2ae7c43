package io.zaohua.examples;

import static io.zaohua.tensor.Functional.crossEntropy;
import static io.zaohua.tensor.Functional.embedding;
import static io.zaohua.tensor.Functional.gelu;
import static io.zaohua.tensor.Functional.linear;
import static io.zaohua.tensor.Functional.rmsNorm;

import io.zaohua.learn.optimize.AdamW;
import io.zaohua.learn.optimize.Clip;
import io.zaohua.learn.optimize.Optimizer;
import io.zaohua.learn.optimize.Schedule;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A GPT from nothing: layers, training and generation in one file. It learns to add from examples
 * such as {@code 37+85=122.}, a character at a time, and is then asked sums it has never seen.
 */
public final class GptFromScratch {
  private static final String CHARACTERS = "0123456789+=.";

  /** {@code 99+99=198.}; shorter sums are filled with full stops. */
  private static final int LENGTH = 10;

  /**
   * How large, how long.
   *
   * @param largest summands are at most this
   */
  record Size(int width, int heads, int layers, int batch, int steps, int largest) {
    static final Size WHOLE = new Size(128, 4, 3, 128, 1500, 99);
    static final Size SMOKE = new Size(32, 2, 1, 32, 60, 9);
  }

  // --- the model

  /** What is learned, as it is made. */
  private static final class Weights {
    private final Rng rng = new Rng(1);
    private final List<Tensor> all = new ArrayList<>();

    Tensor matrix(long out, long in, double deviation) {
      Tensor weight = rng.normal(DType.F32, out, in);
      weight.inPlace().mul(deviation);
      return learned(weight);
    }

    Tensor norm(long width) {
      return learned(Tensors.ones(DType.F32, width));
    }

    private Tensor learned(Tensor weight) {
      all.add(weight.requireGrad());
      return weight;
    }
  }

  /** Every position looks at itself and those before it. */
  private record Attention(Tensor qkv, Tensor out, int heads) {
    Tensor apply(Tensor x) { // [B, T, width]
      long width = x.size(2);
      List<Tensor> parts = linear(x, qkv).split(2, width, width, width);
      Tensor mixed =
          Functional.attention(
              split(parts.get(0)),
              split(parts.get(1)),
              split(parts.get(2)),
              1 / Math.sqrt((double) width / heads),
              true); // [B, H, T, D]
      return linear(mixed.transpose(1, 2).reshape(x.size(0), x.size(1), width), out);
    }

    private Tensor split(Tensor x) {
      return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads)
          .transpose(1, 2); // [B, H, T, D]
    }
  }

  /** Attention moves, the feed-forward network thinks; both add to what is there. */
  private record Block(Tensor norm1, Attention attention, Tensor norm2, Tensor up, Tensor down) {
    static Block of(Weights weights, Size size) {
      int w = size.width;
      double in = 1 / Math.sqrt((double) w);
      double residual = in / Math.sqrt(2.0 * size.layers);
      return new Block(
          weights.norm(w),
          new Attention(weights.matrix(3L * w, w, in), weights.matrix(w, w, residual), size.heads),
          weights.norm(w),
          weights.matrix(4L * w, w, in),
          weights.matrix(w, 4L * w, residual / 2));
    }

    Tensor apply(Tensor x) {
      Tensor h = x.add(attention.apply(rmsNorm(x, norm1, 1e-5)));
      return h.add(linear(gelu(linear(rmsNorm(h, norm2, 1e-5), up)), down));
    }
  }

  private record Gpt(Tensor characters, Tensor positions, List<Block> blocks, Tensor norm) {
    static Gpt of(Weights weights, Size size) {
      Tensor characters = weights.matrix(CHARACTERS.length(), size.width, 0.05);
      Tensor positions = weights.matrix(LENGTH, size.width, 0.05);
      List<Block> blocks = new ArrayList<>();
      for (int i = 0; i < size.layers; i++) {
        blocks.add(Block.of(weights, size));
      }
      return new Gpt(characters, positions, blocks, weights.norm(size.width));
    }

    /** Ids [B, T] to a score for every next character, [B, T, characters]. */
    Tensor logits(Tensor ids) {
      Tensor x = embedding(ids, characters).add(positions.slice(0, 0, ids.size(1)));
      for (Block block : blocks) {
        x = block.apply(x);
      }
      return linear(rmsNorm(x, norm, 1e-5), characters);
    }
  }

  // --- the data

  private record Sum(int a, int b) {
    String question() {
      return a + "+" + b + "=";
    }

    String text() {
      String text = question() + (a + b) + ".";
      return text + ".".repeat(LENGTH - text.length());
    }
  }

  private static long[] ids(String text) {
    return text.chars().mapToLong(CHARACTERS::indexOf).toArray();
  }

  // --- training

  private final Size size;
  private final Gpt gpt;
  private final Optimizer optimizer;
  private final Weights weights = new Weights();
  private final List<Sum> seen;
  private final List<Sum> unseen;
  private final Random random = new Random(2);

  private GptFromScratch(Size size) {
    this.size = size;
    this.gpt = Gpt.of(weights, size);
    this.optimizer = new Optimizer(new AdamW(0.9, 0.98, 1e-8, 0.01), weights.all);
    List<Sum> sums = new ArrayList<>();
    for (int a = 0; a <= size.largest; a++) {
      for (int b = 0; b <= size.largest; b++) {
        sums.add(new Sum(a, b));
      }
    }
    Collections.shuffle(sums, random);
    this.unseen = sums.subList(0, sums.size() / 10);
    this.seen = sums.subList(sums.size() / 10, sums.size());
  }

  /** One step on random sums; only what follows the equals sign is to be predicted. */
  private double step(double rate) {
    long[] inputs = new long[size.batch * (LENGTH - 1)];
    long[] targets = new long[inputs.length];
    Arrays.fill(targets, Functional.IGNORED);
    for (int row = 0; row < size.batch; row++) {
      Sum sum = seen.get(random.nextInt(seen.size()));
      long[] all = ids(sum.text());
      for (int t = 0; t < LENGTH - 1; t++) {
        inputs[row * (LENGTH - 1) + t] = all[t];
        if (t + 1 >= sum.question().length()) {
          targets[row * (LENGTH - 1) + t] = all[t + 1];
        }
      }
    }
    try (Scope _ = Scope.open("step")) {
      Tensor logits = gpt.logits(Tensors.of(inputs, size.batch, LENGTH - 1));
      Tensor loss =
          crossEntropy(
              logits.reshape(-1, CHARACTERS.length()), Tensors.of(targets, targets.length));
      double value = loss.item();
      loss.backward();
      Clip.byNorm(weights.all, 1);
      optimizer.step(rate);
      return value;
    }
  }

  // --- generation

  /** Goes on from a question, always with the likeliest character, to the full stop. */
  private String answer(String question) {
    String text = question;
    while (!text.endsWith(".") && text.length() < LENGTH) {
      try (Scope _ = Scope.open("character");
          Autograd _ = Autograd.off()) {
        Tensor logits = gpt.logits(Tensors.of(ids(text), 1, text.length()));
        long next = logits.slice(1, text.length() - 1, text.length()).argmax(2, false).toLongs()[0];
        text += CHARACTERS.charAt((int) next);
      }
    }
    return text.substring(question.length());
  }

  private void run() {
    Schedule schedule = Schedule.cosine(3e-3, 1e-4, size.steps).warmedUp(20, 3e-3);
    for (int step = 0; step < size.steps; step++) {
      double loss = step(schedule.rate(step));
      if (step % Math.max(1, size.steps / 10) == 0 || step == size.steps - 1) {
        System.out.printf("step %d  loss %.3f%n", step, loss);
      }
    }
    int right = 0;
    List<Sum> asked = unseen.subList(0, Math.min(100, unseen.size()));
    for (Sum sum : asked) {
      String answer = answer(sum.question());
      right += answer.equals(sum.a + sum.b + ".") ? 1 : 0;
      if (sum.equals(asked.getFirst())) {
        System.out.println(sum.question() + answer);
      }
    }
    System.out.printf("%d of %d unseen sums are right%n", right, asked.size());
  }

  /** Argument: {@code --smoke} for a tiny model and sums of one digit. */
  public static void main(String[] arguments) {
    try (Scope _ = Scope.open("model")) {
      new GptFromScratch(List.of(arguments).contains("--smoke") ? Size.SMOKE : Size.WHOLE).run();
    }
  }
}
