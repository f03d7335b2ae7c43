package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostileTokenizerTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{};\"model\"",
        "[];an object",
        "{;JSON",
        "{\"model\":{\"type\":\"Markov\"}};\"Markov\"",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0}}};\"merges\"",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}};id -1",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":2147483647},\"merges\":[]}};id 2147483647",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}};Merge 0",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a\"]}};two pieces",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[[1,2]]}};a string",
        "{\"model\":{\"type\":\"BPE\",\"vocab\":[1],\"merges\":[]}};an object",
        "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0]],\"unk_id\":7}};id 7",
        "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}};a pair",
        "{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0},\"unk_token\":\"u\"}};\"u\"",
        "{\"normalizer\":{\"type\":\"Rot13\"},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};\"Rot13\"",
        "{\"pre_tokenizer\":{\"type\":\"Magic\"},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};\"Magic\"",
        "{\"decoder\":{\"type\":\"CTC\"},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};\"CTC\"",
        "{\"post_processor\":{\"type\":\"Wrap\"},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};\"Wrap\"",
        "{\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"\"},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};one"
            + " character",
        "{\"decoder\":{\"type\":\"Strip\",\"content\":\"\",\"start\":2147483647,\"stop\":0},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};one"
            + " character",
        "{\"added_tokens\":[{\"content\":\"x\",\"id\":99999999}],\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};99999999",
        "{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"/////w==\"},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};character"
            + " map",
        "{\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"}},\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}};regular"
            + " expression"
      })
  void aDamagedFileIsRefusedInOneSentence(String json, String fact) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    assertThatThrownBy(() -> TokenizerJson.read(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(fact);
  }

  @Test
  void aFolderWithoutTokenizerSaysSo() {
    assertThatThrownBy(() -> TokenizerJson.read(folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("tokenizer.json");
  }

  @Test
  void anyByteChangedGivesATokenizerOrAUserError() throws IOException {
    String file =
        TinyTokenizers.file(
            TinyTokenizers.wordPiece(1),
            "{\"type\":\"BertNormalizer\",\"lowercase\":true}",
            "{\"type\":\"BertPreTokenizer\"}",
            "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}",
            "null");
    var random = new Random(3);
    for (int i = 0; i < 400; i++) {
      byte[] bytes = file.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      for (int n = random.nextInt(3); n >= 0; n--) {
        bytes[random.nextInt(Math.min(bytes.length, 900))] = (byte) (32 + random.nextInt(95));
      }
      Files.write(folder.resolve("tokenizer.json"), bytes);
      try {
        TokenizerJson.read(folder).encode("the Hello world 12", true);
      } catch (UserError e) {
        org.assertj.core.api.Assertions.assertThat(e).hasMessageEndingWith(".");
      }
    }
  }

  /** A tokenizer of letters with some more members. */
  private Tokenizer letters(String members) throws IOException {
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{"
            + members
            + ",\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"a\",\"vocab\":{\"a\":0}}}");
    return TokenizerJson.read(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a*)*\\\\1!", "(.*)*(.*)*(.*)*x", "a*a*a*!"})
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anExpressionThatBacktracksWithoutEndIsStopped(String expression) throws IOException {
    var tokenizer =
        letters(
            "\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Isolated\",\"pattern\":{\"Regex\":\""
                + expression
                + "\"}}");
    assertThatThrownBy(() -> tokenizer.encode("a".repeat(4000), false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("regular expression too long");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[%s]};"
            + "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aa\"}",
        "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[%s]};"
            + "{\"type\":\"ByteLevel\",\"use_regex\":false}"
      })
  void aTextThatGrowsWithEveryStepIsRefused(String steps) throws IOException {
    String[] parts = steps.split(";");
    String all = String.join(",", Collections.nCopies(40, parts[1]));
    var tokenizer = letters(parts[0].formatted(all));
    assertThatThrownBy(() -> tokenizer.encode("a天".repeat(50), false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("makes more than");
  }

  @Test
  void aTokenOfManyThousandCharactersIsRefused() {
    String token = "a".repeat(100_000);
    assertThatThrownBy(() -> letters("\"added_tokens\":[{\"content\":\"" + token + "\",\"id\":1}]"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("100000 characters");
  }

  @Test
  void ggufListsOfUnequalLengthAreRefused() {
    assertThatThrownBy(
            () ->
                new TokenizerMetadata(
                    "gpt2",
                    "gpt-2",
                    List.of("a", "b"),
                    List.of(),
                    List.of(1),
                    List.of("a b"),
                    Map.of(),
                    Map.of(),
                    List.of(),
                    List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("token_type");
  }

  @ParameterizedTest
  @CsvSource({"gpt2,nosuch,nosuch", "rwkv,'',rwkv"})
  void unknownNamesInGgufAreRefusedByName(String model, String pre, String name) {
    var metadata =
        new TokenizerMetadata(
            model,
            pre,
            List.of("a", "b"),
            List.of(),
            List.of(),
            List.of("a b"),
            Map.of(),
            Map.of(),
            List.of(),
            List.of());
    assertThatThrownBy(metadata::tokenizer)
        .isInstanceOf(UserError.class)
        .hasMessageContaining(name);
  }
}
