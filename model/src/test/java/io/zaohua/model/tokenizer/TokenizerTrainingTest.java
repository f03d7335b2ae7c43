package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.zaohua.model.UserError;
import io.zaohua.model.tokenizer.TokenizerTraining.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokenizers learned from text. */
class TokenizerTrainingTest {
  private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|pad|>");

  @TempDir Path folder;

  private Path text(String text) throws IOException {
    return Files.writeString(folder.resolve("text.txt"), text);
  }

  /** Some thousand words of English, Chinese and emoji, seeded. */
  private static String mixed(long seed) {
    String[] words = {
      "the",
      " lantern",
      " release",
      " of",
      " spring",
      " 春天",
      "来了",
      ",山水",
      "之间",
      "。\n",
      " 🏮",
      " don't",
      " 2026",
      "灯",
      "笼",
      " releases",
      " lanterns",
      "\n",
      "👨‍👩‍👧",
      " naïve"
    };
    var random = new Random(seed);
    var out = new StringBuilder();
    for (int i = 0; i < 6000; i++) {
      int w = (int) Math.min(words.length - 1, Math.abs(random.nextGaussian()) * 8);
      out.append(words[w]);
    }
    return out.toString();
  }

  private Tokenizer learn(Kind kind, int size, Path text, int threads) {
    var files =
        new TokenizerTraining(kind, size, SPECIAL, "qwen2", threads)
            .run(List.of(text), _ -> {})
            .files();
    try {
      Files.writeString(folder.resolve("tokenizer.json"), files.tokenizer());
      Files.writeString(folder.resolve("tokenizer_config.json"), files.config());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return TokenizerJson.read(folder);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void huggingFacesLibraryGivesTheSameIdsAndText(Kind kind) throws IOException {
    var ours = learn(kind, 400, text(mixed(1)), 2);
    var random = new Random(2);
    try (var oracle =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(folder.resolve("tokenizer.json"))
            .optTruncation(false)
            .optPadding(false)
            .build()) {
      for (int i = 0; i < 300; i++) {
        String text =
            i % 3 == 0
                ? CodePoints.wellFormed(mixed(i).substring(0, 40))
                : RandomText.of(random, 20) + (i % 3 == 1 ? "<|endoftext|>" : "");
        long[] theirs = oracle.encode(text, true, false).getIds();
        int[] ids = Arrays.stream(theirs).mapToInt(id -> (int) id).toArray();
        assertThat(ours.encodePrompt(text, true)).as(text).isEqualTo(ids);
        assertThat(ours.decode(ids)).as(text).isEqualTo(oracle.decode(theirs, false));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anyTextComesBack(Kind kind) throws IOException {
    var tokenizer = learn(kind, 400, text(mixed(1)), 2);
    String text = "Unseen: żółw 🐢, 龜.\n\tthe end";
    assertThat(tokenizer.decode(tokenizer.encode(text, false))).isEqualTo(text);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void threadsDoNotChangeWhatIsLearned(Kind kind) throws IOException {
    Path text = text(mixed(3));
    learn(kind, 380, text, 1);
    String one = Files.readString(folder.resolve("tokenizer.json"));
    learn(kind, 380, text, 3);
    assertThat(Files.readString(folder.resolve("tokenizer.json"))).isEqualTo(one);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void frequentWordsBecomeOnePiece(Kind kind) throws IOException {
    var tokenizer = learn(kind, 420, text(mixed(4)), 2);
    assertThat(tokenizer.encode(" lantern", false)).hasSize(1);
    assertThat(tokenizer.encode("来了", false).length).isLessThan(5);
  }

  @Test
  void theMostFrequentPairIsMergedFirstAndOfEqualOnesTheSmallerIds() {
    // pairs: (a,b) 5 times, (b,c) and (c,d) 3 times
    var words = List.of(new WordCounts.Word("ab", 2), new WordCounts.Word("abcd", 3));
    var learned = BytePairTraining.of(words, List.of(), 256 + 3);
    assertThat(learned.merges()).containsExactly("a b", "c d", "ab cd");
  }

  @Test
  void aRunOfOneLetterIsCountedWithItsOverlaps() {
    var words = List.of(new WordCounts.Word("aaaa", 2), new WordCounts.Word("bc", 5));
    var learned = BytePairTraining.of(words, List.of(), 256 + 3);
    assertThat(learned.merges()).containsExactly("a a", "b c", "aa aa");
  }

  @Test
  void specialTokensComeFirstAndHaveTheirRoles() throws IOException {
    var tokenizer = learn(Kind.BPE, 300, text(mixed(5)), 1);
    assertThat(tokenizer.eos()).hasValue(0);
    assertThat(tokenizer.pad()).hasValue(1);
    assertThat(tokenizer.vocabularySize()).isEqualTo(300);
    assertThat(tokenizer.encode("<|pad|>", true)).containsExactly(1);
  }

  @Test
  void unigramPiecesAreCharactersByteAndSubstringsUpToTheSize() throws IOException {
    var tokenizer = learn(Kind.UNIGRAM, 330, text(mixed(6)), 1);
    assertThat(tokenizer.vocabularySize()).isLessThanOrEqualTo(330).isGreaterThan(300);
    assertThat(tokenizer.specialTokens().unknown()).hasValue(0);
  }

  @Test
  void digammaIsTheDerivativeOfTheLogarithmOfGamma() {
    // digamma(1) is minus Euler's constant, and digamma(x + 1) = digamma(x) + 1 / x
    assertThat(UnigramTraining.digamma(1))
        .isCloseTo(-0.5772156649, org.assertj.core.data.Offset.offset(1e-7));
    assertThat(UnigramTraining.digamma(3.5) - UnigramTraining.digamma(2.5))
        .isCloseTo(0.4, org.assertj.core.data.Offset.offset(1e-7));
  }

  @Test
  void partsAreCutWhereWordsEnd() throws IOException {
    String line = "some words and 一些字 in a line\n";
    Path text = text(line.repeat(60_000));
    var words = WordCounts.of(List.of(text), new PreTokenizer.Scan(WordScanner.GPT2, false), 2);
    assertThat(words.sorted()).hasSize(8).allMatch(w -> w.times() == 60_000);
  }

  @Test
  void whatCannotBeLearnedIsAUserError() throws IOException {
    Path empty = text("");
    assertThatThrownBy(() -> learn(Kind.BPE, 300, empty, 1)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> learn(Kind.BPE, 100, empty, 1)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> learn(Kind.BPE, 300, folder.resolve("none"), 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none");
  }

  @Test
  void whatIsNoTextIsNamed() throws IOException {
    var training = new TokenizerTraining(Kind.BPE, 300, SPECIAL, "qwen2", 1);
    Path bytes = Files.write(folder.resolve("bytes"), new byte[] {'a', (byte) 0xff, 'b'});
    assertThatThrownBy(() -> training.run(List.of(bytes), _ -> {}))
        .hasMessageContaining("is not UTF-8 text");
    assertThatThrownBy(() -> training.run(List.of(Path.of("/dev/zero")), _ -> {}))
        .hasMessageContaining("a pipe or a device");
    assertThatThrownBy(() -> training.run(List.of(folder), _ -> {}))
        .hasMessageContaining("is a folder");
    Path blank = text("\n\n");
    assertThatThrownBy(() -> training.run(List.of(blank), _ -> {}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no two characters");
  }
}
