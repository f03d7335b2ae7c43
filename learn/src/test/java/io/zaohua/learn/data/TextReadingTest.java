package io.zaohua.learn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.zaohua.learn.chat.Letters;
import io.zaohua.model.UserError;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.tokenizer.TokenizerJson;
import io.zaohua.model.tokenizer.TokenizerTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextReadingTest {
  @TempDir private Path folder;

  private List<List<Integer>> read(String text, String separator, int piece) throws IOException {
    return read(text, separator, piece, Letters.tokenizer());
  }

  private List<List<Integer>> read(String text, String separator, int piece, Tokenizer tokenizer)
      throws IOException {
    Path file = Files.writeString(folder.resolve("text.txt"), text);
    Path tokens = folder.resolve("a.tokens");
    var reading =
        new TextReading(new DocumentEncoder(tokenizer, false, true), separator, _ -> {})
            .inPiecesOf(piece);
    try (NewDocuments kept = new NewDocuments(tokens, tokenizer.vocabularySize(), false);
        NewDocuments held = new NewDocuments(folder.resolve("b.tokens"), 9, false)) {
      reading.read(List.of(file), kept, held, 0, 0);
      NewDocuments.finish(kept, held, JsonNodeFactory.instance.objectNode());
    }
    List<List<Integer>> documents = new ArrayList<>();
    try (Documents made = Documents.open(tokens).orElseThrow()) {
      for (int d = 0; d < made.count(); d++) {
        int[] codes = made.codes(made.start(d), (int) made.length(d));
        documents.add(Arrays.stream(codes).map(made::id).boxed().toList());
      }
    }
    return documents;
  }

  private static List<Integer> encoded(String text, Tokenizer tokenizer) {
    List<Integer> ids =
        new ArrayList<>(Arrays.stream(tokenizer.encodeOpenPrompt(text, false)).boxed().toList());
    tokenizer.eos().ifPresent(ids::add);
    return ids;
  }

  private static String text(int seed, int length, String characters) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(characters.charAt(random.nextInt(characters.length())));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\n\n", "aba", "<end>"})
  void documentsAreThoseOfTheWholeTextSplit(String separator) throws IOException {
    String text = text(3, 300_000, "aab\n\n<end> ").replace("\n\n\n", "\n<end>\n");
    List<List<Integer>> expected = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      expected.add(encoded(text.substring(from, at), Letters.tokenizer()));
      from = at + separator.length();
    }
    expected.add(encoded(text.substring(from), Letters.tokenizer()));
    List<Integer> blank = encoded("", Letters.tokenizer());
    expected.removeIf(d -> d.equals(blank) || decoded(d).isBlank());
    assertThat(read(text, separator, 1 << 20)).isEqualTo(expected);
  }

  private static String decoded(List<Integer> ids) {
    return Letters.tokenizer()
        .decode(ids.subList(0, ids.size() - 1).stream().mapToInt(Integer::intValue).toArray());
  }

  @Test
  void lineEndsOfWindowsAreOneCharacterAlsoWhereReadsEnd() throws IOException {
    String text = "x".repeat((1 << 16) - 1) + "\r\ny\r\r\nz\r";
    String plain = "x".repeat((1 << 16) - 1) + "\ny\r\nz\r";
    assertThat(read(text, "", 1 << 20)).containsExactly(encoded(plain, Letters.tokenizer()));
    assertThat(read("a\r\n\r\nb", "\n\n", 1 << 20)).hasSize(2);
  }

  /** Pieces learned from such texts: tokens are long and cross where a text might be cut. */
  @ParameterizedTest
  @CsvSource({
    "BPE, 'ab c\n'",
    "BPE, abcd",
    "BPE, '春江花月夜,\n'",
    "BPE, 'a\n'",
    "UNIGRAM, 'ab c\n'",
    "UNIGRAM, '春江花月夜,\n'"
  })
  void aLongDocumentInPiecesHasTheTokensOfTheWhole(TokenizerTraining.Kind kind, String characters)
      throws IOException {
    Path sample = Files.writeString(folder.resolve("sample.txt"), text(8, 20_000, characters));
    var files =
        new TokenizerTraining(kind, 400, List.of("<|endoftext|>"), "qwen2", 1)
            .run(List.of(sample), _ -> {})
            .files();
    Files.writeString(folder.resolve("tokenizer.json"), files.tokenizer());
    Files.writeString(folder.resolve("tokenizer_config.json"), files.config());
    Tokenizer tokenizer = TokenizerJson.read(folder);
    String text = text(9, 60_000, characters);
    assertThat(read(text, "", 5000, tokenizer)).containsExactly(encoded(text, tokenizer));
  }

  @Test
  void otherEncodingsThanUtf8AreOneSentence() throws IOException {
    Path file = Files.write(folder.resolve("text.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
    var reading =
        new TextReading(new DocumentEncoder(Letters.tokenizer(), false, true), "\n", _ -> {});
    try (NewDocuments kept = new NewDocuments(folder.resolve("a.tokens"), 99, false)) {
      assertThatThrownBy(() -> reading.read(List.of(file), kept, kept, 0, 0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("is not UTF-8 text");
    }
    assertThat(folder.resolve("a.tokens")).doesNotExist();
  }
}
