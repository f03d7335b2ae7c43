package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.engine.GenerateOptions.Beams;
import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.sample.BeamModel;
import io.zaohua.engine.sample.BeamSearch;
import io.zaohua.engine.sample.LogProbs;
import io.zaohua.engine.sample.TokenChooser;
import io.zaohua.engine.step.Step;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beam search over the engine's forked sequences. */
class BeamGenerationTest {
  /** Longer than a page of the cache, so that forks share one and write the next. */
  private static final int[] PROMPT = new Random(4).ints(70, 1, TinyModel.VOCABULARY - 1).toArray();

  @TempDir private static Path folder;
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = TinyModel.load(TinyModel.write(folder, 11));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static GenerateOptions options(int tokens) {
    return GenerateOptions.greedy().withMaxTokens(tokens);
  }

  private static Generation run(GenerateOptions options) {
    return model.generate(PROMPT, options, _ -> {});
  }

  /** Logits after the prompt and what follows it, nothing cached between calls. */
  private static float[] logits(List<Integer> tokens) {
    int[] ids = Arrays.copyOf(PROMPT, PROMPT.length + tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      ids[PROMPT.length + i] = tokens.get(i);
    }
    float[][] last = new float[1][];
    model.logits(
        ids, 512, (_, _, v, at) -> last[0] = Arrays.copyOfRange(v, at, at + TinyModel.VOCABULARY));
    return last[0];
  }

  /** The same rows, each computed from its first token. */
  private static final class Anew implements BeamModel {
    private List<List<Integer>> rows = List.of(List.of());

    @Override
    public float[] start() {
      return logits(List.of());
    }

    @Override
    public List<float[]> advance(List<Integer> parents, List<Integer> tokens) {
      List<List<Integer>> next = new ArrayList<>();
      for (int i = 0; i < parents.size(); i++) {
        List<Integer> row = new ArrayList<>(rows.get(parents.get(i)));
        row.add(tokens.get(i));
        next.add(row);
      }
      rows = next;
      return rows.stream().map(BeamGenerationTest::logits).toList();
    }
  }

  @Test
  void forkedRowsFindWhatRowsComputedAnewFind() {
    var search = new BeamSearch(4, 1, 12, Set.of(TinyModel.END));
    List<BeamSearch.Hypothesis> expected = search.search(new Anew());
    assertThat(run(options(12).withBeams(new Beams(4, 1))).ids())
        .isEqualTo(expected.getFirst().tokens());
  }

  @Test
  void enoughBeamsFindTheBestOfAllTexts() {
    double best = Double.NEGATIVE_INFINITY;
    List<Integer> text = List.of();
    float[] first = logits(List.of());
    for (int a = 0; a < TinyModel.VOCABULARY; a++) {
      double p = LogProbs.top(first, a, 0).chosenLogProb();
      if (a == TinyModel.END) {
        if (p > best) {
          best = p;
          text = List.of(a);
        }
        continue;
      }
      float[] second = logits(List.of(a));
      for (int b = 0; b < TinyModel.VOCABULARY; b++) {
        double score = (p + LogProbs.top(second, b, 0).chosenLogProb()) / 2;
        if (score > best) {
          best = score;
          text = List.of(a, b);
        }
      }
    }
    assertThat(run(options(2).withBeams(new Beams(32, 1))).ids()).isEqualTo(text);
  }

  @Test
  void oneRowIsGreedy() {
    float[] after = logits(List.of());
    try (KvSequence prompt = model.executor().open(256)) {
      model
          .executor()
          .run(new Step().add(prompt, PROMPT, 0, 70, Step.Wanted.NONE), (_, _, _, _) -> {});
      try (var rows = new SequenceBeams(model.executor(), prompt, after)) {
        var found = new BeamSearch(1, 1, 20, Set.of(TinyModel.END)).search(rows);
        assertThat(found.getFirst().tokens()).isEqualTo(run(options(20)).ids());
      }
    }
  }

  @Test
  void aSearchGivesItsPagesBack() {
    model.executor().pool().prefixes().clear();
    long before = model.executor().pool().bytesInUse();
    run(options(20).withBeams(new Beams(5, 1)));
    model.executor().pool().prefixes().clear();
    assertThat(model.executor().pool().bytesInUse()).isEqualTo(before);
  }

  @Test
  void aSearchEndsWithTheContext() {
    Generation done = run(options(-1).withIgnoreEnd(true).withBeams(new Beams(2, 1)));
    assertThat(done.reason()).isEqualTo(Generation.Reason.CONTEXT);
    assertThat(done.ids()).hasSize(256 - PROMPT.length + 1);
  }

  @Test
  void aSearchCanBeCancelled() {
    int[] asked = new int[1];
    Generation done =
        run(
            options(50)
                .withIgnoreEnd(true)
                .withBeams(new Beams(2, 1))
                .withCancelled(() -> ++asked[0] > 5));
    assertThat(done.reason()).isEqualTo(Generation.Reason.CANCELLED);
    assertThat(done.ids()).hasSizeBetween(1, 10);
  }

  @Test
  void anImpossibleWidthIsRefused() {
    assertThatThrownBy(() -> new Beams(0, 1)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> options(5).withSlide(true).withBeams(new Beams(2, 1)))
        .isInstanceOf(UserError.class);
  }

  @Test
  void logProbsAreTheModelsOwn() {
    Generation done = run(options(3).withLogProbs(4));
    assertThat(done.logProbs()).hasSize(done.ids().size());
    assertThat(done.logProbs().getFirst())
        .isEqualTo(LogProbs.top(logits(List.of()), done.ids().getFirst(), 4));
    assertThat(done.logProbs().getFirst().ids()).hasSize(4);
    double sum = 0;
    for (double p :
        run(options(1).withLogProbs(TinyModel.VOCABULARY)).logProbs().getFirst().logProbs()) {
      sum += Math.exp(p);
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
  }

  @Test
  void aChooserThatRewritesTheRowChangesNoLogProbs() {
    TokenChooser rewriting =
        (row, _) -> {
          Arrays.fill(row, Float.NEGATIVE_INFINITY);
          return 7;
        };
    Generation done = run(options(1).withChooser(rewriting).withLogProbs(0));
    assertThat(done.logProbs()).containsExactly(LogProbs.top(logits(List.of()), 7, 0));
  }

  @Test
  void withoutAskingThereAreNoLogProbs() {
    assertThat(run(options(3)).logProbs()).isEmpty();
  }
}
