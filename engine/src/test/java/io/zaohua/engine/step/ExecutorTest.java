package io.zaohua.engine.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.engine.cache.KvPool;
import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.cache.KvShape;
import io.zaohua.engine.cache.KvType;
import io.zaohua.engine.cache.SavedCache;
import io.zaohua.engine.kernel.Cores;
import io.zaohua.model.UserError;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Norm;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A row's numbers do not depend on what else is in the step. */
class ExecutorTest {
  private static final int LENGTH = 330;
  private static final int[] IDS = new Random(3).ints(LENGTH, 0, 50).toArray();

  @TempDir private Path folder;

  private static TransformerSpec spec(int window) {
    return spec(window, List.of());
  }

  private static TransformerSpec spec(int window, List<Integer> sections) {
    List<TransformerSpec.Layer> layers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Mixer.Attention attention =
          new Mixer.Attention(
              4,
              2,
              24,
              false,
              false,
              Norm.NONE,
              Mixer.NormSpan.HEAD,
              new Rope(24, 10000, new Rope.Scaling.None(), sections),
              i == 1 ? window : 0,
              0.2f,
              0);
      FeedForward ff =
          i == 2
              ? new FeedForward.Experts(5, 2, 40, FeedForward.Activation.SILU, true)
              : new FeedForward.Dense(72, FeedForward.Activation.SILU, true, false);
      layers.add(
          new TransformerSpec.Layer(
              Norm.rms(1e-6f), attention, Norm.NONE, Norm.rms(1e-6f), ff, Norm.NONE, false, 1));
    }
    return new TransformerSpec(
        "test",
        50,
        48,
        1024,
        true,
        new TransformerSpec.Embedding(1, false, OptionalInt.empty()),
        layers,
        Norm.rms(1e-6f),
        new TransformerSpec.Head(true, false, 1, 0));
  }

  private static Executor executor(int window, KvType type, int threads) {
    return executor(spec(window), type, threads);
  }

  private static Executor executor(TransformerSpec spec, KvType type, int threads) {
    RandomWeights weights = new RandomWeights(spec);
    return new Executor(
        spec,
        weights,
        weights::matrix,
        new KvPool(KvShape.of(spec, type), 1L << 28),
        new Cores(threads));
  }

  /** Logits of every row, in chunks of {@code chunk}. */
  private static float[][] logits(Executor executor, int chunk) {
    float[][] all = new float[LENGTH][];
    try (KvSequence s = executor.open(LENGTH)) {
      for (int at = 0; at < LENGTH; at += chunk) {
        int from = at;
        int n = Math.min(chunk, LENGTH - at);
        executor.run(
            new Step().add(s, IDS, at, n, Step.Wanted.ALL),
            (_, row, values, offset) ->
                all[from + row] = Arrays.copyOfRange(values, offset, offset + 50));
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 100})
  void anyChunkGivesTheSameBits(int chunk) {
    assertThat(logits(executor(0, KvType.F32, 1), chunk))
        .isDeepEqualTo(logits(executor(0, KvType.F32, 1), LENGTH));
  }

  @ParameterizedTest
  @EnumSource
  void anyChunkGivesTheSameBitsWithAWindow(KvType type) {
    assertThat(logits(executor(70, type, 1), 9))
        .isDeepEqualTo(logits(executor(70, type, 1), LENGTH));
  }

  @Test
  void anyThreadCountGivesTheSameBits() {
    float[][] one = logits(executor(0, KvType.F16, 1), 33);
    assertThat(logits(executor(0, KvType.F16, 2), 33)).isDeepEqualTo(one);
    assertThat(logits(executor(0, KvType.F16, 5), 200)).isDeepEqualTo(one);
  }

  @Test
  void companyInTheStepChangesNothing() {
    Executor executor = executor(0, KvType.F32, 2);
    float[][] alone = logits(executor, LENGTH);
    executor.pool().prefixes().clear();
    float[][] together = new float[LENGTH][];
    KvSequence s = executor.open(LENGTH);
    KvSequence other = executor.open(LENGTH);
    int[] noise = new Random(9).ints(LENGTH, 0, 50).toArray();
    for (int at = 0; at < LENGTH; at += 11) {
      int from = at;
      executor.run(
          new Step()
              .add(other, noise, at, 11, Step.Wanted.LAST)
              .add(s, IDS, at, 11, Step.Wanted.ALL),
          (entry, row, values, offset) -> {
            if (entry == 1) {
              together[from + row] = Arrays.copyOfRange(values, offset, offset + 50);
            }
          });
    }
    assertThat(together).isDeepEqualTo(alone);
  }

  private static float[] last(Executor executor, KvSequence s, int from, int to) {
    float[][] kept = new float[1][];
    executor.run(
        new Step().add(s, IDS, from, to - from, Step.Wanted.LAST),
        (_, _, values, offset) -> kept[0] = Arrays.copyOfRange(values, offset, offset + 50));
    return kept[0];
  }

  @Test
  void anAdoptedPrefixGivesTheSameBits() {
    Executor executor = executor(0, KvType.F32, 1);
    float[] expected;
    try (KvSequence s = executor.open(LENGTH)) {
      expected = last(executor, s, 0, 200);
    }
    try (KvSequence s = executor.open(LENGTH)) {
      assertThat(s.adopt(IDS, 199)).isEqualTo(192);
      assertThat(last(executor, s, 192, 200)).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWindowsPagesComeBackFromDisk(KvType type) {
    Executor before = executor(70, type, 1);
    float[] expected;
    try (KvSequence s = before.open(LENGTH)) {
      expected = last(before, s, 0, 200);
    }
    Path file = folder.resolve("pages.kv");
    assertThat(new SavedCache(before.pool(), 0, new byte[32]).save(IDS, file)).isEqualTo(192);
    Executor after = executor(70, type, 1);
    assertThat(new SavedCache(after.pool(), 0, new byte[32]).load(file)).isEqualTo(192);
    try (KvSequence s = after.open(LENGTH)) {
      assertThat(s.adopt(IDS, 199)).isEqualTo(192);
      assertThat(last(after, s, 192, 200)).containsExactly(expected);
    }
  }

  @Test
  void aForkWritesItsOwnPages() {
    Executor executor = executor(0, KvType.F32, 1);
    KvSequence s = executor.open(LENGTH);
    float[] unused = last(executor, s, 0, 100);
    assertThat(unused).hasSize(50);
    KvSequence fork = s.fork();
    int[] others = new Random(1).ints(40, 0, 50).toArray();
    executor.run(new Step().add(fork, others, 0, 40, Step.Wanted.NONE), (_, _, _, _) -> {});
    fork.close();
    KvSequence plain = executor.open(LENGTH);
    assertThat(last(executor, s, 100, 150)).containsExactly(last(executor, plain, 0, 150));
  }

  @Test
  void aTrimmedSequenceGoesOnAsIfNothingWasThere() {
    Executor executor = executor(70, KvType.F16, 1);
    KvSequence s = executor.open(LENGTH);
    float[] expected = last(executor, s, 0, 90);
    s.trim(85);
    assertThat(last(executor, s, 85, 90)).containsExactly(expected);
  }

  @Test
  void aClosedSequenceGivesItsPagesBack() {
    Executor executor = executor(0, KvType.F32, 1);
    KvSequence s = executor.open(LENGTH);
    float[] unused = last(executor, s, 0, 200);
    assertThat(unused).hasSize(50);
    s.close();
    executor.pool().prefixes().clear();
    assertThat(executor.pool().bytesInUse()).isZero();
  }

  @Test
  void aWindowHoldsFewerPages() {
    Executor windowed = executor(64, KvType.F32, 1);
    Executor full = executor(0, KvType.F32, 1);
    windowed.run(
        new Step().add(windowed.open(320), IDS, 0, 320, Step.Wanted.NONE), (_, _, _, _) -> {});
    windowed.pool().prefixes().clear();
    full.run(new Step().add(full.open(320), IDS, 0, 320, Step.Wanted.NONE), (_, _, _, _) -> {});
    assertThat(windowed.pool().shape().bytes(320)).isLessThan(full.pool().shape().bytes(320));
  }

  @Test
  void embeddingRowsEqualTheirTokens() {
    Executor executor = executor(0, KvType.F32, 1);
    float[][] seen = new float[2][];
    float[] rows = new float[5 * 48];
    RandomWeights weights = new RandomWeights(executor.spec());
    for (int i = 0; i < 5; i++) {
      weights.matrix("embedding.weight").row(IDS[i], rows, i * 48);
    }
    executor.run(
        new Step()
            .add(executor.open(8), IDS, 0, 5, Step.Wanted.LAST)
            .add(
                new Step.Entry(
                    executor.open(8),
                    new Step.Rows.Embeddings(rows, 5),
                    List.of(),
                    new Step.Mask.Causal(),
                    Step.Wanted.LAST,
                    Step.Wanted.NONE)),
        (entry, _, values, offset) ->
            seen[entry] = Arrays.copyOfRange(values, offset, offset + 50));
    assertThat(seen[1]).containsExactly(seen[0]);
  }

  @Test
  void aSpanSeesItselfWholeAndTheRestStaysCausal() {
    Executor executor = executor(0, KvType.F32, 1);
    float[][] spans = new float[6][];
    float[][] causal = new float[6][];
    run(executor, new Step.Mask.Spans(List.of(new Step.Mask.Span(2, 4))), spans);
    run(executor, new Step.Mask.Causal(), causal);
    assertThat(spans[1]).containsExactly(causal[1]);
    assertThat(spans[2]).isNotEqualTo(causal[2]);
  }

  private static void run(Executor executor, Step.Mask mask, float[][] into) {
    List<Integer> ids = Arrays.stream(IDS, 0, 6).boxed().toList();
    executor.run(
        new Step()
            .add(
                new Step.Entry(
                    executor.open(8),
                    new Step.Rows.Tokens(ids),
                    List.of(),
                    mask,
                    Step.Wanted.ALL,
                    Step.Wanted.NONE)),
        (_, row, values, offset) -> into[row] = Arrays.copyOfRange(values, offset, offset + 50));
  }

  /** Logits of the first six tokens at positions of three axes. */
  private static float[][] at(Executor executor, KvSequence sequence, List<Integer> positions) {
    float[][] into = new float[6][];
    executor.run(
        new Step()
            .add(
                new Step.Entry(
                    sequence,
                    Step.Rows.Tokens.of(IDS, 0, 6),
                    positions,
                    new Step.Mask.Causal(),
                    Step.Wanted.ALL,
                    Step.Wanted.NONE)),
        (_, row, values, offset) -> into[row] = Arrays.copyOfRange(values, offset, offset + 50));
    return into;
  }

  @Test
  void textThroughSeveralAxesIsTextThroughOne() {
    Executor sections = executor(spec(0, List.of(2, 6, 4)), KvType.F32, 1);
    List<Integer> equal = List.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5);
    float[][] plain = new float[6][];
    run(executor(0, KvType.F32, 1), new Step.Mask.Causal(), plain);
    assertThat(at(sections, sections.open(8), equal)).isDeepEqualTo(plain);
    assertThat(at(sections, sections.open(8), List.of())).isDeepEqualTo(plain);
  }

  @Test
  void everyAxisMatters() {
    Executor sections = executor(spec(0, List.of(2, 6, 4)), KvType.F32, 1);
    List<Integer> picture = List.of(0, 0, 0, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 2, 2, 3, 3, 3);
    List<Integer> turned = List.of(0, 0, 0, 1, 1, 1, 1, 2, 1, 1, 1, 2, 1, 2, 2, 3, 3, 3);
    assertThat(at(sections, sections.open(8), picture)[5])
        .isNotEqualTo(at(sections, sections.open(8), turned)[5]);
  }

  @Test
  void anEntryWithoutRowsIsRefused() {
    try (KvSequence sequence = executor(0, KvType.F32, 1).open(8)) {
      assertThatThrownBy(() -> new Step().add(sequence, IDS, 3, 0, Step.Wanted.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no rows");
    }
  }

  @Test
  void tooFewAxesAreRefused() {
    Executor sections = executor(spec(0, List.of(2, 6, 4)), KvType.F32, 1);
    List<Integer> two = List.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5);
    assertThatThrownBy(() -> at(sections, sections.open(8), two))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatHasPositionsOfItsOwnIsNotShared() {
    Executor executor = executor(0, KvType.F32, 1);
    try (KvSequence s = executor.open(LENGTH)) {
      executor.run(
          new Step()
              .add(
                  new Step.Entry(
                      s,
                      Step.Rows.Tokens.of(IDS, 0, 100),
                      Arrays.stream(IDS, 0, 100).boxed().toList(),
                      new Step.Mask.Causal(),
                      Step.Wanted.NONE,
                      Step.Wanted.NONE)),
          (_, _, _, _) -> {});
    }
    try (KvSequence s = executor.open(LENGTH)) {
      assertThat(s.adopt(IDS, 100)).isZero();
    }
  }

  @Test
  void aTokenOutsideTheVocabularyIsRefused() {
    Executor executor = executor(0, KvType.F32, 1);
    assertThatThrownBy(
            () ->
                executor.run(
                    new Step().add(executor.open(4), new int[] {50}, 0, 1, Step.Wanted.LAST),
                    (_, _, _, _) -> {}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("outside the vocabulary of 50");
  }

  @Test
  void aFullPoolSaysSo() {
    TransformerSpec spec = spec(0);
    RandomWeights weights = new RandomWeights(spec);
    Executor executor =
        new Executor(
            spec,
            weights,
            weights::matrix,
            new KvPool(KvShape.of(spec, KvType.F32), 100_000),
            new Cores(1));
    assertThatThrownBy(() -> last(executor, executor.open(LENGTH), 0, LENGTH))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cache of keys and values is full");
  }
}
