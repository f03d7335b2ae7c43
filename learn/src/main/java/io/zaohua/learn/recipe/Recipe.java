package io.zaohua.learn.recipe;

import io.zaohua.learn.optimize.Schedule;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training run as data; docs/guide/train.md explains every key.
 *
 * @param model what is trained
 * @param data what it is trained on
 * @param method which of its weights change
 * @param optimizer how they change
 * @param schedule how fast, step by step
 * @param loss what is added to cross-entropy
 * @param objective what is made small
 * @param pace how much at once, and how long
 * @param watch what is looked at and kept on the way
 * @param processes how several processes share the work
 * @param checkpointing whether blocks are computed again on the way back, to save memory
 * @param precision of the products of matrices
 * @param output the run's folder
 * @param text the recipe itself, as YAML with overrides in it
 */
public record Recipe(
    ModelSource model,
    DataSource data,
    Method method,
    Optimization optimizer,
    Rates schedule,
    LossSettings loss,
    Objective objective,
    Pace pace,
    Watch watch,
    Processes processes,
    boolean checkpointing,
    Precision precision,
    Path output,
    String text) {
  /** Passes of a step; their batches are held together. */
  private static final int MOST_PASSES = 65536;

  /** Tokens of a sample. */
  private static final int MOST_TOKENS = 4096;

  /** What matrices are multiplied in; all else is F32. */
  public enum Precision {
    F32,
    BF16
  }

  /**
   * The course of the learning rate.
   *
   * @param kind constant, linear, cosine or wsd
   * @param warmup steps of climbing; a share of all steps below 1
   * @param floor what is left at the end, as a share of the rate
   * @param decay steps of the final fall (wsd); a share of all steps below 1
   */
  public record Rates(String kind, double warmup, double floor, double decay) {

    /** The schedule for so many steps with this highest rate. */
    public Schedule over(int steps, double peak) {
      int climb = count(warmup, steps);
      int rest = Math.max(1, steps - climb);
      Schedule main =
          switch (kind) {
            case "linear" -> Schedule.linear(peak, floor * peak, rest);
            case "cosine" -> Schedule.cosine(peak, floor * peak, rest);
            case "wsd" -> {
              int fall = Math.clamp(count(decay, steps), 1, rest);
              yield Schedule.stableThenDecay(peak, floor * peak, rest - fall, fall);
            }
            default -> Schedule.constant(peak);
          };
      return climb == 0 ? main : main.warmedUp(climb, peak);
    }

    private static int count(double steps, int all) {
      return (int) Math.round(steps < 1 ? steps * all : steps);
    }
  }

  /**
   * What is added to plain cross-entropy.
   *
   * @param smoothing share of each target given evenly to the whole vocabulary
   * @param zLoss weight of the squared log-partition (PaLM, 2022), keeps logits small
   * @param balance weight of the loss that spreads tokens over experts (Switch Transformer, 2021)
   * @param routerZLoss weight of the routers' squared log-partition (ST-MoE, 2022)
   */
  public record LossSettings(double smoothing, double zLoss, double balance, double routerZLoss) {}

  /**
   * How much at once, and how long.
   *
   * @param batch sequences of one pass
   * @param accumulation passes of one step, as if they were one batch
   * @param steps steps of the run, if given
   * @param epochs times through the data, if steps are not given
   * @param clip highest norm of the gradient; 0 means any
   * @param seed what is drawn by chance: order, initial weights of adapters
   */
  public record Pace(
      int batch, int accumulation, Optional<Integer> steps, double epochs, double clip, long seed) {

    /** Steps of the run, where {@code each} of {@code all} parts of the data make one. */
    public int stepsOver(long all, int each) {
      return steps.orElseGet(() -> (int) Math.clamp(Math.ceil(epochs * all / each), 1, 1e9));
    }

    /** The highest norm of the gradient that is not scaled down. */
    public double highestNorm() {
      return clip == 0 ? Double.POSITIVE_INFINITY : clip;
    }
  }

  /**
   * What is looked at and kept on the way.
   *
   * @param evaluateEvery steps between evaluations; 0 means at the end only
   * @param evaluateBatches passes of one evaluation at most
   * @param saveEvery steps between checkpoints; 0 means at the end only
   * @param keepLast checkpoints kept, the newest
   * @param keepBest checkpoints kept besides, those with the lowest held-out loss
   * @param samples texts on the way
   */
  public record Watch(
      int evaluateEvery,
      int evaluateBatches,
      int saveEvery,
      int keepLast,
      int keepBest,
      SampleSettings samples) {

    /** Whether an evaluation is due after a step, counted from 1. */
    public boolean evaluatesAt(int step) {
      return due(step, evaluateEvery);
    }

    /** Whether a checkpoint is due after a step, counted from 1. */
    public boolean savesAt(int step) {
      return due(step, saveEvery);
    }

    private static boolean due(int step, int every) {
      return every > 0 && step % every == 0;
    }
  }

  /**
   * Texts that the model in training is asked for.
   *
   * @param every steps between them; 0 means with checkpoints
   * @param prompts how they begin; none: there are no samples
   * @param tokens of a text at most
   * @param temperature divides the logits; 0 takes the likeliest token
   */
  public record SampleSettings(int every, List<String> prompts, int tokens, double temperature) {
    public SampleSettings {
      prompts = List.copyOf(prompts);
    }
  }

  /**
   * How several processes share the work; one alone does without.
   *
   * @param shardOptimizer whether each remembers its part of the optimizer's means only (ZeRO-1)
   * @param timeout the longest silence of another process
   */
  public record Processes(boolean shardOptimizer, Duration timeout) {}

  /**
   * Reads a recipe and checks every key.
   *
   * @param file the YAML file; paths in it are looked up beside it, then in the current folder
   * @param overrides {@code a.b=c}, as {@code --set} takes them
   * @throws UserError naming the key, and the nearest known one where it is unknown
   */
  public static Recipe read(Path file, List<String> overrides) {
    Map<String, Object> values = RecipeFile.read(file, overrides);
    Places places = Places.beside(file);
    Recipe checked = of(values, places);
    return checked.with(RecipeFile.text(places.absolute(new LinkedHashMap<>(values))));
  }

  /**
   * The keys in which this recipe differs from the one of a run, of those that make another run;
   * how long, how fast and what is watched may change on purpose.
   *
   * @param before that run's recipe.yaml
   */
  public List<String> differences(Path before) {
    Places places = Places.beside(before);
    return Changes.between(
        RecipeFile.read(before, List.of()),
        RecipeFile.parseText(text),
        values -> of(values, places));
  }

  private static Recipe of(Map<String, Object> values, Places places) {
    Section top = new Section("", values);
    Objective objective = Objective.read(top.sectionOrWord("objective", "name"), places);
    Recipe recipe =
        new Recipe(
            ModelSource.read(top, places),
            objective instanceof Objective.Grpo
                ? new DataSource.Given()
                : DataSource.read(top.section("data"), places),
            Method.read(top.sectionOrWord("method", "name"), places),
            Optimization.read(top.sectionOrWord("optimizer", "name"), top.section("ema")),
            rates(top.sectionOrWord("schedule", "name")),
            loss(top.section("loss")),
            objective,
            pace(top),
            watch(top),
            processes(top.section("processes")),
            top.flag("checkpointing", false),
            precision(top),
            top.path("output").orElseThrow(() -> top.missing("output")),
            "");
    top.finish();
    return recipe;
  }

  private Recipe with(String yaml) {
    return new Recipe(
        model,
        data,
        method,
        optimizer,
        schedule,
        loss,
        objective,
        pace,
        watch,
        processes,
        checkpointing,
        precision,
        output,
        yaml);
  }

  private static Precision precision(Section top) {
    return top.choice("precision", "f32", List.of("f32", "bf16")).equals("bf16")
        ? Precision.BF16
        : Precision.F32;
  }

  private static Rates rates(Section s) {
    return new Rates(
        s.choice("name", "cosine", List.of("constant", "linear", "cosine", "wsd")),
        s.number("warmup", 0, 0, Integer.MAX_VALUE),
        s.number("floor", 0.1, 0, 1),
        s.number("decay", 0.2, 0, Integer.MAX_VALUE));
  }

  private static LossSettings loss(Section s) {
    return new LossSettings(
        s.number("label_smoothing", 0, 0, 1),
        s.number("z_loss", 0, 0, 1),
        s.number("balance", 0, 0, 1e3),
        s.number("router_z_loss", 0, 0, 1e3));
  }

  private static Pace pace(Section top) {
    Optional<Integer> steps =
        top.has("steps") ? Optional.of(top.whole("steps", 1, 1)) : Optional.empty();
    boolean epochs = top.has("epochs");
    if (steps.isPresent() && epochs) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("The recipe gives both steps and epochs.", "配方同时给出了 steps 与 epochs。"),
          Message.of("Give one of them.", "请只给出其中之一。"));
    }
    return new Pace(
        top.whole("batch", 8, 1),
        top.whole("accumulation", 1, 1, MOST_PASSES),
        steps,
        top.number("epochs", 1, 1e-6, 1e6),
        top.number("clip", 1, 0, 1e9),
        top.whole("seed", 0).orElse(0L));
  }

  private static Processes processes(Section s) {
    return new Processes(
        s.flag("shard_optimizer", false), Duration.ofSeconds(s.whole("timeout", 600, 1)));
  }

  private static SampleSettings samples(Section s) {
    return new SampleSettings(
        s.whole("every", 0, 0),
        s.texts("prompts"),
        s.whole("tokens", 64, 1, MOST_TOKENS),
        s.number("temperature", 0, 0, 100));
  }

  private static Watch watch(Section top) {
    Section evaluation = top.section("evaluation");
    Section checkpoints = top.section("checkpoints");
    return new Watch(
        evaluation.whole("every", 0, 0),
        evaluation.whole("batches", 50, 1),
        checkpoints.whole("every", 0, 0),
        checkpoints.whole("last", 2, 1),
        checkpoints.whole("best", 1, 0),
        samples(top.section("samples")));
  }
}
