package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.learn.Doubles;
import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.Slopes;
import io.zaohua.learn.TinyModel;
import io.zaohua.learn.data.Answer;
import io.zaohua.learn.data.Batch;
import io.zaohua.learn.objective.Chunks;
import io.zaohua.learn.objective.Distillation;
import io.zaohua.learn.objective.Loss;
import io.zaohua.learn.preference.JudgedObjective;
import io.zaohua.learn.preference.Kto;
import io.zaohua.learn.preference.PairObjective;
import io.zaohua.learn.preference.PreferenceLoss;
import io.zaohua.learn.preference.Reference;
import io.zaohua.learn.preference.RewardObjective;
import io.zaohua.learn.recipe.Objective;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.learn.reinforce.Advantages;
import io.zaohua.learn.reinforce.Policy;
import io.zaohua.learn.stack.Pass;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Rng;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradient of every objective in every weight of a stack, through its chunks of logits. */
final class ObjectiveSlopesTest {
  /** F64, but weights of single tokens are handed on as F32: seven digits. */
  private static final double RELATIVE = 1e-5;

  private static final TransformerSpec SPEC = TinyModel.dense();

  private final Batch texts =
      new Batch(
          2,
          4,
          new long[] {1, 2, 3, 4, 9, 8, 7, 6},
          new long[] {2, 3, Functional.IGNORED, 5, 8, 7, 6, Functional.IGNORED},
          Optional.of(new long[] {0, 0, 1, 1, 0, 0, 0, 0}));
  private final List<Answer> good =
      List.of(
          Answer.after(new int[] {1, 2}, new int[] {3, 4, 5}),
          Answer.after(new int[] {7}, new int[] {2, 9}));
  private final List<Answer> bad =
      List.of(
          Answer.after(new int[] {1, 2}, new int[] {6, 7}),
          Answer.after(new int[] {7}, new int[] {1, 1, 10}));

  private static Doubles weights(TransformerSpec spec, long seed) {
    return Doubles.trainable(spec, new InitialWeights(spec, seed, 0.3));
  }

  private static Transformer frozen(TransformerSpec spec, long seed) {
    return Transformer.of(spec, Doubles.frozen(spec, new InitialWeights(spec, seed, 0.3)));
  }

  private static Reference reference(long seed) {
    return new Reference(frozen(SPEC, seed), Optional.empty());
  }

  /** What counts in the whole step is more than what is in the batch. */
  private static void check(Map<String, Tensor> weights, Loss loss, Batch batch) {
    int total = loss.counted(batch) + 3;
    Slopes.check(weights, RELATIVE, () -> loss.backward(batch, total));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, false", "0.1, 0, false", "0, 0.01, false", "0.1, 0.01, true"})
  void ofTheNextToken(double smoothing, double z, boolean again) {
    try (Scope _ = Scope.open("test")) {
      Doubles weights = weights(SPEC, 5);
      Transformer model = Transformer.of(SPEC, weights);
      if (again) {
        model.recompute();
      }
      var settings = new Recipe.LossSettings(smoothing, z, 0, 0);
      check(weights.tensors(), new LanguageLoss(model, settings), texts);
    }
  }

  @Test
  void ofTheNextTokenOverSeveralChunks() {
    try (Scope _ = Scope.open("test")) {
      int vocabulary = 1 << 16; // 64 positions a chunk
      TransformerSpec spec = TinyModel.dense(vocabulary);
      Doubles weights = weights(spec, 5);
      Transformer model = Transformer.of(spec, weights);
      long[] ids = new long[70];
      Arrays.setAll(ids, i -> (i * 7919L + 1) % vocabulary);
      long[] targets = new long[70];
      Arrays.setAll(targets, i -> (i * 104729L + 2) % vocabulary);
      Batch batch = new Batch(1, 70, ids, targets, Optional.empty());
      Map<String, Tensor> some = new LinkedHashMap<>(weights.tensors());
      some.keySet().removeIf(part -> part.startsWith("layers.") && !part.contains("1.down"));
      var settings = new Recipe.LossSettings(0.1, 0.01, 0, 0);
      check(some, new LanguageLoss(model, settings), batch);
    }
  }

  @Test
  void ofATeachersWord() {
    try (Scope _ = Scope.open("test")) {
      Doubles weights = weights(SPEC, 5);
      Transformer student = Transformer.of(SPEC, weights);
      check(weights.tensors(), new Distillation(student, frozen(SPEC, 8), 1.7, 0.6), texts);
    }
  }

  @ParameterizedTest
  @EnumSource(Objective.Kind.class)
  void ofPairs(Objective.Kind kind) {
    try (Scope _ = Scope.open("test")) {
      Doubles weights = weights(SPEC, 5);
      PreferenceLoss loss =
          switch (kind) {
            case DPO -> PreferenceLoss.dpo(0.3);
            case HINGE -> PreferenceLoss.hinge(0.3);
            case IPO -> PreferenceLoss.ipo(0.2).alsoLearning(0.5);
            case SIMPO -> PreferenceLoss.simpo(2, 0.5);
            case ORPO -> PreferenceLoss.orpo().times(0.1).alsoLearning(1);
          };
      Optional<Reference> reference =
          kind.needsReference() ? Optional.of(reference(6)) : Optional.empty();
      Transformer model = Transformer.of(SPEC, weights);
      var objective = new PairObjective(model, reference, loss, kind.means(), 0.3);
      check(weights.tensors(), objective, Answer.pairs(good, bad));
    }
  }

  /** No gradient goes through the reference point, so the answers are such that it stays at 0. */
  @Test
  void ofJudgedAnswers() {
    try (Scope _ = Scope.open("test")) {
      Doubles weights = weights(SPEC, 6);
      var objective =
          new JudgedObjective(Transformer.of(SPEC, weights), reference(5), new Kto(0.4, 1, 1.5));
      Batch batch = Answer.judged(good, List.of(true, false));
      check(weights.tensors(), objective, batch);
      assertThat(objective.facts().get("reference_point")).isZero();
    }
  }

  @Test
  void ofARewardModel() {
    try (Scope _ = Scope.open("test")) {
      TransformerSpec spec = ScoreHead.inPlaceOfLogits(SPEC);
      Doubles weights = weights(spec, 5);
      Tensor head = new Rng(4).normal(DType.F64, 1, spec.width()).requireGrad();
      Map<String, Tensor> all = new LinkedHashMap<>(weights.tensors());
      all.put(ScoreHead.NAME, head);
      var objective = new RewardObjective(Transformer.of(spec, weights), head);
      check(all, objective, Answer.pairs(good, bad));
    }
  }

  @ParameterizedTest
  @CsvSource({"true, ANSWER, 0.1", "false, LENGTH, 0", "true, TOKEN, 0.04"})
  void ofDrawnAnswers(boolean divide, Objective.Average average, double beta) {
    try (Scope _ = Scope.open("test")) {
      Doubles weights = weights(SPEC, 5);
      var settings = new Objective.Grpo(4, 6, 0.8, 0.2, 0.3, beta, 1, divide, average);
      Optional<Reference> reference = beta > 0 ? Optional.of(reference(6)) : Optional.empty();
      var policy = new Policy(Transformer.of(SPEC, weights), reference, settings);
      Batch batch = Answer.drawn(List.of(good.get(0), bad.get(0), good.get(1), bad.get(1)));
      double[] advantages = Advantages.of(new double[] {1, 0, 0.5, 2}, 4, divide);
      double[] drawn = policy.logs(batch);
      for (int i = 0; i < drawn.length; i++) {
        drawn[i] += 0.3 * Math.sin(i); // the model has moved since, for some tokens past the clip
      }
      double[] before = policy.referenceLogs(batch);
      Slopes.check(
          weights.tensors(),
          RELATIVE,
          () -> policy.backward(batch, drawn, before, advantages, 6, drawn.length + 2));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofRouters(boolean again) {
    try (Scope _ = Scope.open("test")) {
      TransformerSpec spec = TinyModel.experts();
      Doubles weights = weights(spec, 5);
      Transformer model = Transformer.of(spec, weights);
      model.balance(0.7, 0.2);
      if (again) {
        model.recompute();
      }
      Map<String, Tensor> below = new LinkedHashMap<>(weights.tensors());
      below.remove("head.weight");
      Slopes.check(
          below,
          RELATIVE,
          () -> {
            try (Scope _ = Scope.open("run")) {
              Pass pass = Chunks.pass(model, texts);
              Tensor slope = new Rng(1).normal(DType.F64, 2, 4, spec.width());
              pass.backward(pass.hidden(), slope, 0.4);
              return pass.hidden().mul(slope).sum().item() + 0.4 * pass.routingLoss();
            }
          });
    }
  }
}
