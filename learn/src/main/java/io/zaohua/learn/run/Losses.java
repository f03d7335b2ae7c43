package io.zaohua.learn.run;

import io.zaohua.learn.LoadedWeights;
import io.zaohua.learn.objective.Distillation;
import io.zaohua.learn.objective.Loss;
import io.zaohua.learn.preference.JudgedObjective;
import io.zaohua.learn.preference.Kto;
import io.zaohua.learn.preference.PairObjective;
import io.zaohua.learn.preference.PreferenceLoss;
import io.zaohua.learn.preference.Reference;
import io.zaohua.learn.preference.RewardObjective;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.learn.recipe.Objective;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.Optional;

/** The loss that a recipe asks for. */
final class Losses {
  private Losses() {}

  static Loss of(Recipe recipe, Subject subject) {
    Transformer model = subject.model();
    prepare(recipe, model);
    return switch (recipe.objective()) {
      case Objective.Language _ -> new LanguageLoss(model, recipe.loss());
      case Objective.Distill(var path, double temperature, double alpha) ->
          new Distillation(model, teacher(path, model), temperature, alpha);
      case Objective.Pairs pairs -> {
        Optional<Reference> reference =
            pairs.kind().needsReference()
                ? Optional.of(subject.reference(recipe.model()))
                : Optional.empty();
        yield new PairObjective(model, reference, loss(pairs), pairs.kind().means(), pairs.beta());
      }
      case Objective.Judged judged -> {
        var loss = new Kto(judged.beta(), judged.desirable(), judged.undesirable());
        yield new JudgedObjective(model, subject.reference(recipe.model()), loss);
      }
      case Objective.Grpo _ -> throw DataSource.Given.refused();
      case Objective.Reward _ -> new RewardObjective(model, subject.score().orElseThrow());
    };
  }

  /** What a recipe says of how the stack computes. */
  static void prepare(Recipe recipe, Transformer model) {
    model.balance(recipe.loss().balance(), recipe.loss().routerZLoss());
    if (recipe.checkpointing()) {
      model.recompute();
    }
    if (recipe.precision() == Recipe.Precision.BF16) {
      model.halve();
    }
  }

  private static Transformer teacher(Path path, Transformer student) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      int tokens = student.spec().vocabulary();
      if (checkpoint.spec().vocabulary() != tokens) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "The teacher has %d tokens and the model %d: they must have one tokenizer.",
                "教师模型有 %d 个词元,学生模型有 %d 个:两者须用同一分词器。", checkpoint.spec().vocabulary(), tokens),
            Message.of("Choose a teacher of the same family.", "请选择同一系列的教师模型。"));
      }
      return Transformer.of(checkpoint.spec(), new LoadedWeights(checkpoint.weights(), false))
          .precise(student);
    }
  }

  private static PreferenceLoss loss(Objective.Pairs pairs) {
    PreferenceLoss loss =
        switch (pairs.kind()) {
          case DPO -> PreferenceLoss.dpo(pairs.beta());
          case HINGE -> PreferenceLoss.hinge(pairs.beta());
          case IPO -> PreferenceLoss.ipo(pairs.beta());
          case SIMPO -> PreferenceLoss.simpo(pairs.beta(), pairs.gamma());
          case ORPO -> PreferenceLoss.orpo().times(pairs.beta());
        };
    return loss.alsoLearning(pairs.chosen());
  }
}
