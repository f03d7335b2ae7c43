package io.zaohua.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.engine.cache.KvType;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A text's cache goes to disk and comes back, or says why not. */
class SavedCacheTest {
  private static final int[] PROMPT =
      new Random(8).ints(150, 1, TinyModel.VOCABULARY - 1).toArray();
  private static final GenerateOptions FEW =
      GenerateOptions.greedy().withMaxTokens(6).withIgnoreEnd(true).withLogProbs(3);

  @TempDir private Path folder;
  private Path checkpoint = Path.of("");
  private Path saved = Path.of("");

  @BeforeEach
  void write() {
    checkpoint = TinyModel.write(folder, 21);
    saved = folder.resolve("text.kv");
  }

  private static LanguageModel load(Path checkpoint, KvType type) {
    return LanguageModel.load(
        checkpoint,
        LoadOptions.defaults().withThreads(1).withContextLength(256).withCacheType(type));
  }

  private static Generation run(LanguageModel model) {
    return model.generate(PROMPT, FEW, _ -> {});
  }

  /** Reads the prompt and keeps its cache; what was generated tells whether it comes back. */
  private Generation keep(KvType type) {
    try (LanguageModel model = load(checkpoint, type)) {
      Generation first = run(model);
      assertThat(first.cached()).isZero();
      assertThat(model.saveCache(PROMPT, saved)).isEqualTo(128);
      return first;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasKeptGivesTheSameNumbers(KvType type) {
    Generation first = keep(type);
    try (LanguageModel model = load(checkpoint, type)) {
      assertThat(model.loadCache(saved)).isEqualTo(128);
      Generation again = run(model);
      assertThat(again.cached()).isEqualTo(128);
      assertThat(again.ids()).isEqualTo(first.ids());
      assertThat(again.logProbs()).isEqualTo(first.logProbs());
    }
  }

  @Test
  void whatIsCachedAlreadyStays() {
    keep(KvType.F16);
    try (LanguageModel model = load(checkpoint, KvType.F16)) {
      run(model);
      long before = model.executor().pool().bytesInUse();
      assertThat(model.loadCache(saved)).isEqualTo(128);
      assertThat(model.executor().pool().bytesInUse()).isEqualTo(before);
    }
  }

  private void refused(Path checkpoint, KvType type, String why) {
    try (LanguageModel model = load(checkpoint, type)) {
      assertRefused(model, why);
      assertThat(run(model).cached()).isZero();
    }
  }

  private void assertRefused(LanguageModel model, String why) {
    assertThatThrownBy(() -> model.loadCache(saved))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(why)
        .hasMessageContaining("read again");
  }

  @Test
  void anotherModelsCacheIsRefused() {
    keep(KvType.F16);
    refused(TinyModel.write(folder, 22), KvType.F16, "another model");
  }

  @Test
  void anotherTypesCacheIsRefused() {
    keep(KvType.F16);
    refused(checkpoint, KvType.F32, "another cache type");
  }

  @Test
  void aCacheOfAnotherLengthIsRefused() throws IOException {
    keep(KvType.F16);
    byte[] whole = Files.readAllBytes(saved);
    try (LanguageModel model = load(checkpoint, KvType.F16)) {
      for (int bytes : new int[] {1, 7, 40, 70, 400, whole.length - 1, whole.length + 1}) {
        Files.write(saved, Arrays.copyOf(whole, bytes));
        assertRefused(model, "no whole file");
      }
      Files.write(saved, new byte[0]);
      assertThatThrownBy(() -> model.loadCache(saved)).isInstanceOf(UserError.class);
      assertThat(run(model).cached()).isZero();
    }
  }

  @Test
  void aChangedBitAnywhereIsNoticed() throws IOException {
    keep(KvType.F16);
    byte[] whole = Files.readAllBytes(saved);
    try (LanguageModel model = load(checkpoint, KvType.F16)) {
      Random random = new Random(2);
      List<Integer> places = random.ints(40, 0, whole.length).boxed().toList();
      for (int place : places) {
        change(whole, place, 1 << random.nextInt(8));
        assertThatThrownBy(() -> model.loadCache(saved)).isInstanceOf(UserError.class);
      }
      for (int place = 0; place < 80; place++) { // the header, which says how much follows
        change(whole, place, 0x40);
        assertThatThrownBy(() -> model.loadCache(saved)).isInstanceOf(UserError.class);
      }
      assertThat(run(model).cached()).isZero();
    }
  }

  @Test
  void nothingIsLeftBesideTheFile() throws IOException {
    keep(KvType.F16);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(checkpoint, saved);
    }
  }

  private void change(byte[] whole, int place, int bits) throws IOException {
    byte[] changed = whole.clone();
    changed[place] ^= (byte) bits;
    Files.write(saved, changed);
  }
}
