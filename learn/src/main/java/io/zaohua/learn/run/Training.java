package io.zaohua.learn.run;

import io.zaohua.learn.TensorFiles;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.data.TrainingData;
import io.zaohua.learn.objective.Loss;
import io.zaohua.learn.optimize.Average;
import io.zaohua.learn.optimize.Clip;
import io.zaohua.learn.optimize.Schedule;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.tensor.ProcessGroup;
import io.zaohua.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A run from recipe to model. Everything in it is a function of the recipe and the step's number,
 * but for weights and the optimizer's memory, which checkpoints hold bit for bit: a run that goes
 * on ends with the weights of an unbroken one.
 */
public final class Training {
  /** A mean loss this many times the first one is an explosion. */
  private static final double EXPLODED = 3;

  private static final int WINDOW = 20;

  private final Recipe recipe;
  private final TrainingListener listener;
  private final RunFolder folder;
  private final Subject subject;
  private final RunData data;
  private final Replicas replicas;
  private final Optional<Shards> shards;
  private final Optional<Buckets> buckets;
  private final Student student;
  private final Loss loss;
  private final int steps;

  private Training(
      Recipe recipe,
      TrainingListener listener,
      RunFolder folder,
      Replicas replicas,
      Subject subject,
      RunData data) {
    this.recipe = recipe;
    this.replicas = replicas;
    this.listener = listener;
    this.folder = folder;
    this.subject = subject;
    this.data = data;
    data.training().notes().forEach(listener::note);
    this.buckets = replicas.group().map(g -> new Buckets(g, subject.trainable(), Buckets.NUMBERS));
    this.shards =
        replicas
            .group()
            .filter(_ -> recipe.processes().shardOptimizer())
            .map(g -> new Shards(g, subject.trainable()));
    this.student =
        new Student(
            subject, shards.map(Shards::own).orElse(subject.trainable()), recipe.optimizer());
    this.loss = Losses.of(recipe, subject);
    this.steps = recipe.pace().stepsOver(data.training().size(), recipe.pace().accumulation());
  }

  /**
   * Runs a recipe to its end on the calling thread.
   *
   * @param resume whether to go on from the last checkpoint in the recipe's output
   * @return the folder of the trained model (or adapter)
   * @throws UserError if something in the recipe or the data is wrong, or the loss explodes
   */
  public static Path run(Recipe recipe, boolean resume, TrainingListener listener) {
    return run(recipe, resume, listener, System.getenv());
  }

  /**
   * The same in an environment that is not this process's own: that of torchrun (RANK, WORLD_SIZE,
   * MASTER_ADDR, MASTER_PORT) makes it one of several processes, which give one result.
   */
  public static Path run(
      Recipe recipe, boolean resume, TrainingListener listener, Map<String, String> environment) {
    boolean first = Replicas.isFirst(environment);
    try (RunFolder folder = new RunFolder(recipe.output(), first)) {
      return run(recipe, resume, first ? listener : TrainingListener.SILENT, environment, folder);
    }
  }

  private static Path run(
      Recipe recipe,
      boolean resume,
      TrainingListener heard,
      Map<String, String> environment,
      RunFolder folder) {
    Optional<RunFolder.Saved> saved =
        Replicas.isFirst(environment) ? folder.begin(recipe, resume, heard) : Optional.empty();
    try (Scope _ = Scope.open("training run");
        Replicas replicas = Replicas.of(environment, recipe.processes().timeout())) {
      Subject subject = Subject.of(recipe);
      try (RunData data = RunData.of(recipe, subject, folder, heard::encoding)) {
        Training training = new Training(recipe, heard, folder, replicas, subject, data);
        try {
          return training.run(saved);
        } finally {
          training.buckets.ifPresent(Buckets::close);
        }
      }
    } catch (ProcessGroup.Lost e) {
      throw lost(folder, e);
    }
  }

  /** The newest checkpoint in a run's folder. */
  public static Optional<Path> lastCheckpoint(Path output) {
    return new RunFolder(output).last();
  }

  private static UserError lost(RunFolder folder, ProcessGroup.Lost e) {
    return new UserError(
        UserError.Kind.IO,
        Message.of(
            "The run has ended: %s; last checkpoint: %s.",
            "训练已结束:%s;最后一个检查点:%s。", String.valueOf(e.getMessage()), folder.lastName()),
        Message.of("Go on with --resume, with any number of processes.", "请用 --resume 继续,进程数可以不同。"),
        e);
  }

  private Path run(Optional<RunFolder.Saved> saved) {
    long[] where =
        replicas.ofFirst(
            saved.map(RunFolder.Saved::step).orElse(0),
            saved.map(RunFolder.Saved::tokens).orElse(0L));
    int done = (int) where[0];
    long tokens = where[1];
    if (done > 0) {
      state().spread(tensors -> folder.fill(saved.orElseThrow(), tensors));
    } else {
      replicas.equalize(subject.trainable().values());
    }
    student.goOnAfter(done);
    describe(done);
    estimate(steps - done);
    steps(done, tokens);
    if (replicas.first()) {
      folder.finish(student);
    }
    replicas.meet();
    return folder.model();
  }

  private void steps(int done, long before) {
    Schedule schedule = recipe.schedule().over(steps, recipe.optimizer().rate());
    Explosion explosion = new Explosion();
    Speed speed = new Speed();
    try (Written written = written(done)) {
      for (int step = done; step < steps; step++) {
        step(step, schedule.rate(step), before, explosion, speed, written);
      }
    }
    if (steps > done) {
      listener.note(
          Message.of(
              "%,d tokens learned, %,.0f a second.",
              "学习了 %,d 个词元,每秒 %,.0f 个。", speed.tokens(), speed.whole()));
    }
  }

  /** What the first process writes of each step; other processes have none. */
  private record Written(Optional<Metrics> metrics, Optional<Diary> diary)
      implements AutoCloseable {
    @Override
    public void close() {
      metrics.ifPresent(Metrics::close);
      diary.ifPresent(Diary::close);
    }
  }

  private Written written(int done) {
    return replicas.first()
        ? new Written(
            Optional.of(new Metrics(folder.metrics(), done)),
            Optional.of(
                new Diary(folder, done, Samples.of(recipe, subject, student, folder, done))))
        : new Written(Optional.empty(), Optional.empty());
  }

  private void step(
      int step, double rate, long before, Explosion explosion, Speed speed, Written written) {
    List<Batch> batches = batches(step);
    int learned = batches.stream().mapToInt(Batch::learned).sum();
    if (step == 0 && learned == 0) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("The first step has no token to learn.", "第一步没有可学的词元。"),
          Message.of("Check the labels of the data: -100 is not learned.", "请检查数据的标签:-100 不学习。"));
    }
    double value = backward(batches, batches.stream().mapToInt(loss::counted).sum());
    double norm = Clip.byNorm(subject.trainable().values(), recipe.pace().highestNorm());
    int made = step + 1;
    explosion.check(made, value, norm);
    student.step(rate);
    shards.ifPresent(Shards::spread);
    student.follow(made);
    speed.step(learned);
    long tokens = before + speed.tokens();
    boolean save = made == steps || recipe.watch().savesAt(made);
    OptionalDouble held =
        save || recipe.watch().evaluatesAt(made) ? evaluate() : OptionalDouble.empty();
    Map<String, Double> facts = loss.facts();
    written.metrics().ifPresent(m -> m.add(made, value, norm, rate, tokens, held, facts));
    written.diary().ifPresent(d -> d.step(made, speed.rate(), save, made == steps));
    if (save) {
      save(made, tokens, held);
    }
    listener.progress(
        new TrainingListener.Progress(
            made,
            steps,
            value,
            held,
            speed.rate(),
            speed.memoryLately(),
            speed.left(steps - made)));
  }

  private RunState state() {
    return new RunState(replicas, shards, student.whole(), student.memory());
  }

  private void save(int made, long tokens, OptionalDouble held) {
    List<TensorFiles.Entry> all = state().collect();
    if (replicas.first()) {
      folder.save(student, all, made, tokens, held);
      folder.prune(recipe.watch().keepLast(), recipe.watch().keepBest());
    }
  }

  /** Says what the run will need, and refuses what cannot fit. */
  private void estimate(int left) {
    Batch first = replicas.share(data.training().batch(0));
    long machine = Estimate.machine();
    Estimate estimate =
        Estimate.of(
            subject.model().spec(),
            subject.trainable(),
            first,
            recipe.pace().accumulation(),
            Speed.memory(),
            subject.model().recomputes(),
            subject.model().halved());
    estimate.requireRoom(machine, first.rows());
    listener.note(estimate.message(machine, left));
    Estimate.slowHalves(subject.model()).ifPresent(listener::note);
  }

  private List<Batch> batches(int step) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < recipe.pace().accumulation(); i++) {
      batches.add(data.training().batch((long) step * recipe.pace().accumulation() + i));
    }
    return batches;
  }

  /** Several batches as if they were one: everything that counts counts the same. */
  private double backward(List<Batch> batches, int total) {
    double sum = 0;
    buckets.ifPresent(Buckets::begin);
    for (int i = 0; i < batches.size(); i++) {
      Batch share = replicas.share(batches.get(i));
      if (i == batches.size() - 1) {
        buckets.ifPresent(Buckets::lastBatch);
      }
      sum += share.learned() == 0 ? 0 : loss.backward(share, total);
    }
    return buckets.isPresent() ? buckets.get().finish(sum) : sum;
  }

  /** Mean loss over the data held out. */
  private OptionalDouble evaluate() {
    if (data.held().isEmpty()) {
      return OptionalDouble.empty();
    }
    try (Average.Shown _ = student.shown()) {
      return mean(data.held().get());
    }
  }

  private OptionalDouble mean(TrainingData held) {
    double[] shares = {0, 0};
    long count = Math.min(held.size(), recipe.watch().evaluateBatches());
    for (long i = replicas.rank(); i < count; i += replicas.size()) {
      Batch batch = held.batch(i);
      shares[0] += batch.learned() == 0 ? 0 : loss.sum(batch);
      shares[1] += loss.counted(batch);
    }
    double[] sums = replicas.sum(shares);
    return sums[1] == 0 ? OptionalDouble.empty() : OptionalDouble.of(sums[0] / sums[1]);
  }

  private void describe(int done) {
    long weights = subject.weights();
    listener.note(
        done == 0
            ? Message.of(
                "%,d weights are trained, %,d steps.", "训练 %,d 个权重,共 %,d 步。", weights, steps)
            : Message.of(
                "%,d weights are trained, going on after step %,d of %,d.",
                "训练 %,d 个权重,自第 %,d 步之后继续,共 %,d 步。", weights, done, steps));
    if (replicas.size() > 1) {
      listener.note(
          Message.of("%d processes share every batch.", "%d 个进程分享每个批次。", replicas.size()));
    }
    if (!replicas.first()) {
      return;
    }
    RunFacts.write(folder, recipe, subject, steps, done, replicas.size());
  }

  /** Stops a run that has gone wrong, before its weights are spoiled for good. */
  private final class Explosion {
    private double first = Double.NaN;
    private double mean;
    private int seen;

    void check(int step, double value, double norm) {
      if (step == 1 && !Double.isFinite(value)) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "The loss is %s before anything was learned: the model's weights are not whole, or far"
                    + " too large.",
                "尚未学习,损失已为 %s:模型的权重不完整,或数值过大。", value),
            Message.of("Download or convert the model again.", "请重新下载或转换模型。"));
      }
      if (!Double.isFinite(value) || !Double.isFinite(norm)) {
        throw stop(step, "loss " + value + ", gradient norm " + norm);
      }
      seen++;
      mean += (value - mean) / Math.min(seen, WINDOW);
      first = seen == 1 ? value : first;
      if (seen > WINDOW && mean > EXPLODED * first + 1) {
        throw stop(step, "loss " + value + ", from " + first);
      }
    }

    private UserError stop(int step, String fact) {
      return new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "Training went astray at step %d (%s); last good checkpoint: %s.",
              "训练在第 %d 步失控(%s);最后一个完好的检查点:%s。", step, fact, folder.lastName()),
          Message.of(
              "Lower optimizer.lr, clip harder or warm up longer, then --resume.",
              "请降低 optimizer.lr、加强 clip 或延长 warmup,再用 --resume 继续。"));
    }
  }
}
