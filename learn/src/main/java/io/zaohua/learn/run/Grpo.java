package io.zaohua.learn.run;

import io.zaohua.learn.data.Answer;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.data.Order;
import io.zaohua.learn.optimize.Clip;
import io.zaohua.learn.optimize.Schedule;
import io.zaohua.learn.preference.Reference;
import io.zaohua.learn.recipe.Objective;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.reinforce.Advantages;
import io.zaohua.learn.reinforce.Example;
import io.zaohua.learn.reinforce.Policy;
import io.zaohua.learn.reinforce.Reward;
import io.zaohua.learn.reinforce.Rollout;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * A run that learns from rewards (GRPO). Each step draws a group of answers to some prompts from
 * the model as it is, judges them, and makes those better than their group likelier. What is drawn
 * depends on the seed, the step and the weights only, so that a run goes on bit for bit.
 */
public final class Grpo {
  private final Recipe recipe;
  private final Objective.Grpo settings;
  private final List<Example> examples;
  private final Reward reward;
  private final TrainingListener listener;
  private final RunFolder folder;
  private final Subject subject;
  private final Tokenizer tokenizer;
  private final Policy policy;
  private final Rollout rollout;
  private final Student student;
  private final int end;
  private final int steps;
  private long epoch = -1;
  private int[] order = {};

  private Grpo(
      Recipe recipe,
      Objective.Grpo settings,
      List<Example> examples,
      Reward reward,
      TrainingListener listener,
      RunFolder folder) {
    this.recipe = recipe;
    this.settings = settings;
    this.examples = List.copyOf(examples);
    this.reward = reward;
    this.listener = listener;
    this.folder = folder;
    this.subject = Subject.of(recipe);
    this.tokenizer = subject.needTokenizer();
    this.end = tokenizer.eos().orElse(-1);
    Losses.prepare(recipe, subject.model());
    Optional<Reference> reference =
        settings.beta() > 0 ? Optional.of(subject.reference(recipe.model())) : Optional.empty();
    this.policy = new Policy(subject.model(), reference, settings);
    this.rollout = new Rollout(subject.model(), settings.length(), settings.temperature(), end);
    this.student = new Student(subject, subject.trainable(), recipe.optimizer());
    this.steps = recipe.pace().stepsOver(examples.size(), prompts());
  }

  private int prompts() {
    return recipe.pace().batch() * recipe.pace().accumulation();
  }

  /**
   * Runs a recipe with {@code objective: grpo} to its end on the calling thread. A step takes
   * {@code batch} times {@code accumulation} prompts.
   *
   * @param examples what the model is asked
   * @param reward judges its answers
   * @param resume whether to go on from the last checkpoint in the recipe's output
   * @return the folder of the trained model (or adapter)
   * @throws UserError if something in the recipe is wrong, or the loss is no number
   */
  public static Path run(
      Recipe recipe,
      List<Example> examples,
      Reward reward,
      boolean resume,
      TrainingListener listener) {
    if (!(recipe.objective() instanceof Objective.Grpo settings)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("The recipe's objective is not grpo.", "配方的 objective 不是 grpo。"),
          Message.of("Write objective: grpo.", "请写 objective: grpo。"));
    }
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("Grpo: there must be at least one example.");
    }
    try (RunFolder folder = new RunFolder(recipe.output())) {
      Optional<RunFolder.Saved> saved = folder.begin(recipe, resume, listener);
      try (Scope _ = Scope.open("reinforcement run")) {
        return new Grpo(recipe, settings, examples, reward, listener, folder).run(saved);
      }
    }
  }

  private Path run(Optional<RunFolder.Saved> saved) {
    saved.ifPresent(s -> state().spread(tensors -> folder.fill(s, tensors)));
    int done = saved.map(RunFolder.Saved::step).orElse(0);
    student.goOnAfter(done * settings.updates());
    long tokens = saved.map(RunFolder.Saved::tokens).orElse(0L);
    RunFacts.write(folder, recipe, subject, steps, done, 1);
    Estimate.slowHalves(subject.model()).ifPresent(listener::note);
    try (Metrics metrics = new Metrics(folder.metrics(), done)) {
      steps(done, tokens, metrics);
    }
    return folder.finish(student);
  }

  private void steps(int done, long before, Metrics metrics) {
    Schedule schedule = recipe.schedule().over(steps, recipe.optimizer().rate());
    Speed speed = new Speed();
    for (int step = done; step < steps; step++) {
      Drawn drawn = draw(step);
      double rate = schedule.rate(step);
      double value = 0;
      double norm = 0;
      for (int update = 0; update < settings.updates(); update++) {
        value = backward(drawn);
        norm = Clip.byNorm(subject.trainable().values(), recipe.pace().highestNorm());
        check(step + 1, value, norm);
        student.step(rate);
      }
      int made = step + 1;
      student.follow(made);
      speed.step(drawn.tokens());
      long tokens = before + speed.tokens();
      metrics.add(made, value, norm, rate, tokens, OptionalDouble.empty(), facts(drawn));
      if (made == steps || recipe.watch().savesAt(made)) {
        folder.save(student, state().collect(), made, tokens, OptionalDouble.empty());
        folder.prune(recipe.watch().keepLast(), recipe.watch().keepBest());
      }
      listener.progress(
          new TrainingListener.Progress(
              made,
              steps,
              value,
              OptionalDouble.empty(),
              speed.rate(),
              speed.memoryLately(),
              speed.left(steps - made)));
    }
  }

  private RunState state() {
    return new RunState(Replicas.alone(), Optional.empty(), student.whole(), student.memory());
  }

  /** Answers of one pass, with what is known of their tokens. */
  private static final class Part {
    private final Batch batch;
    private final double[] logs;
    private final double[] reference;
    private final double[] advantages;

    private Part(Batch batch, double[] logs, double[] reference, double[] advantages) {
      this.batch = batch;
      this.logs = logs;
      this.reference = reference;
      this.advantages = advantages;
    }
  }

  /** All answers of a step. */
  private record Drawn(List<Part> parts, int rows, long tokens, double mean, double deviation) {}

  private Drawn draw(int step) {
    SplittableRandom random =
        new SplittableRandom(recipe.pace().seed() * 0x9e3779b97f4a7c15L + step);
    List<Example> asked = new ArrayList<>();
    for (int i = 0; i < prompts(); i++) {
      asked.add(example((long) step * prompts() + i));
    }
    int[][] prompts = asked.stream().map(e -> encoded(e.prompt())).toArray(int[][]::new);
    int[][] answers = answers(prompts, random);
    int group = settings.group();
    double[] rewards = new double[answers.length];
    long tokens = 0;
    for (int i = 0; i < answers.length; i++) {
      Example example = asked.get(i / group);
      rewards[i] = reward.reward(example.prompt(), text(answers[i]), example);
      tokens += answers[i].length;
    }
    double[] advantages = Advantages.of(rewards, group, settings.divide());
    List<Part> parts = new ArrayList<>();
    int rows = recipe.pace().batch() * group;
    for (int from = 0; from < answers.length; from += rows) {
      List<Answer> part = new ArrayList<>();
      for (int i = from; i < Math.min(answers.length, from + rows); i++) {
        part.add(Answer.after(prompts[i / group], answers[i]));
      }
      Batch batch = Answer.drawn(part);
      parts.add(
          new Part(
              batch,
              policy.logs(batch),
              policy.referenceLogs(batch),
              Arrays.copyOfRange(advantages, from, from + part.size())));
    }
    double mean = Arrays.stream(rewards).average().orElse(0);
    double squares = Arrays.stream(rewards).map(r -> (r - mean) * (r - mean)).average().orElse(0);
    return new Drawn(parts, answers.length, tokens, mean, Math.sqrt(squares));
  }

  /** Every example once, in an order drawn anew each time through. */
  private Example example(long index) {
    long wanted = index / examples.size();
    if (epoch != wanted) {
      epoch = wanted;
      order =
          Order.shuffled(
              examples.size(), new SplittableRandom(recipe.pace().seed() ^ (wanted << 20)));
    }
    return examples.get(order[(int) (index % examples.size())]);
  }

  private int[] encoded(String prompt) {
    int[] ids = tokenizer.encodeOpenPrompt(prompt, true);
    if (ids.length == 0) {
      throw new IllegalArgumentException("Grpo: a prompt without tokens: \"" + prompt + "\".");
    }
    return ids;
  }

  /** A group of answers to each prompt; prompts of one length are answered side by side. */
  private int[][] answers(int[][] prompts, SplittableRandom random) {
    int group = settings.group();
    Map<Integer, List<Integer>> byLength = new LinkedHashMap<>();
    for (int i = 0; i < prompts.length; i++) {
      byLength.computeIfAbsent(prompts[i].length, _ -> new ArrayList<>()).add(i);
    }
    int[][] answers = new int[prompts.length * group][];
    for (List<Integer> alike : byLength.values()) {
      int[][] rows = new int[alike.size() * group][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = prompts[alike.get(i / group)];
      }
      int[][] drawn = rollout.draw(rows, random);
      for (int i = 0; i < rows.length; i++) {
        answers[alike.get(i / group) * group + i % group] = drawn[i];
      }
    }
    return answers;
  }

  private String text(int... answer) {
    boolean ended = answer.length > 0 && answer[answer.length - 1] == end;
    return tokenizer.decode(ended ? Arrays.copyOf(answer, answer.length - 1) : answer);
  }

  private double backward(Drawn drawn) {
    double sum = 0;
    for (Part part : drawn.parts()) {
      sum +=
          policy.backward(
              part.batch, part.logs, part.reference, part.advantages, drawn.rows(), drawn.tokens());
    }
    return sum;
  }

  private Map<String, Double> facts(Drawn drawn) {
    Map<String, Double> facts = new LinkedHashMap<>();
    facts.put("reward", drawn.mean());
    facts.put("reward_deviation", drawn.deviation());
    facts.put("answer_tokens", (double) drawn.tokens() / drawn.rows());
    policy.divergence().ifPresent(kl -> facts.put("kl", kl));
    return facts;
  }

  private static void check(int step, double value, double norm) {
    if (!Double.isFinite(value) || !Double.isFinite(norm)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "Training went astray at step %d (loss %s, gradient norm %s).",
              "训练在第 %d 步失控(损失 %s,梯度范数 %s)。", step, value, norm),
          Message.of(
              "Lower optimizer.lr or raise objective.beta, then go on from the last checkpoint.",
              "请降低 optimizer.lr 或提高 objective.beta,再从最后的检查点继续。"));
    }
  }
}
