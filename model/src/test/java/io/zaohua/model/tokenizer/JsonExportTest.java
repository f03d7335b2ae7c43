package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A tokenizer out of a GGUF file gives its ids as tokenizer.json too, here and in Hugging Face's
 * library.
 */
class JsonExportTest {
  private static final List<String> KINDS = List.of("llama", "bert", "t5");

  @TempDir Path folder;

  private Path write(TokenizerMetadata metadata) throws IOException {
    var files = metadata.files();
    Files.writeString(folder.resolve("tokenizer_config.json"), files.config());
    return Files.writeString(folder.resolve("tokenizer.json"), files.tokenizer());
  }

  private void assertSameIds(TokenizerMetadata metadata, long seed) throws IOException {
    Path file = write(metadata);
    var gguf = metadata.tokenizer();
    var json = TokenizerJson.read(folder);
    var random = new Random(seed);
    try (var oracle =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(file)
            .optTruncation(false)
            .optPadding(false)
            .build()) {
      for (int i = 0; i < 200; i++) {
        String text = RandomText.of(random, 30).replace("▁", "");
        int[] ids = gguf.encodePrompt(text, true);
        assertThat(json.encodePrompt(text, true)).as(text).isEqualTo(ids);
        long[] theirs = oracle.encode(text, true, false).getIds();
        assertThat(Arrays.stream(theirs).mapToInt(id -> (int) id).toArray())
            .as(text)
            .isEqualTo(ids);
      }
    }
    assertThat(json.eos()).isEqualTo(gguf.eos());
    assertThat(json.bos()).isEqualTo(gguf.bos());
  }

  private static TokenizerMetadata withPre(String pre) {
    var m = SmolLm2.METADATA;
    return new TokenizerMetadata(
        m.model(),
        pre,
        m.tokens(),
        m.scores(),
        m.types(),
        m.merges(),
        m.ids(),
        m.flags(),
        m.charsmap(),
        m.notes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smollm",
        "gpt-2",
        "llama-bpe",
        "qwen2",
        "dbrx",
        "qwen35",
        "deepseek-v3",
        "gpt-4o",
        "default"
      })
  void byteLevelKeepsItsIds(String pre) throws IOException {
    assertSameIds(withPre(pre), pre.hashCode());
  }

  @Test
  void theBeginTokenGoesBeforeAPrompt() throws IOException {
    var m = SmolLm2.METADATA;
    Map<String, Boolean> flags = new HashMap<>(m.flags());
    flags.put("add_bos_token", true);
    var metadata =
        new TokenizerMetadata(
            m.model(),
            m.pre(),
            m.tokens(),
            m.scores(),
            m.types(),
            m.merges(),
            m.ids(),
            flags,
            m.charsmap(),
            m.notes());
    assertThat(metadata.tokenizer().encodePrompt("a", false)).hasSize(2);
    assertSameIds(metadata, 4);
  }

  static List<String> kinds() {
    return KINDS;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void otherKindsKeepTheirIds(String kind) throws IOException {
    assertSameIds(metadata(kind), kind.hashCode());
  }

  /** A small vocabulary over {@link RandomText}, with the scores of its kind. */
  private static TokenizerMetadata metadata(String kind) {
    var random = new Random(5);
    var tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    var types =
        new ArrayList<>(
            List.of(
                TokenizerMetadata.UNKNOWN, TokenizerMetadata.CONTROL, TokenizerMetadata.CONTROL));
    if (kind.equals("llama")) {
      for (int b = 0; b < 256; b++) {
        tokens.add("<0x%02X>".formatted(b));
        types.add(TokenizerMetadata.BYTE);
      }
    }
    var known = new ArrayList<String>();
    if (!kind.equals("bert")) {
      known.add("▁");
    }
    for (int i = 0; i < 200; i++) {
      RandomText.of(random, 10)
          .replace("▁", "")
          .codePoints()
          .filter(c -> !kind.equals("bert") || !CodePoints.isWhiteSpace(c))
          .mapToObj(Character::toString)
          .map(c -> kind.equals("bert") ? BertNormalizer.lower(c) : c.replace(' ', '▁'))
          .filter(c -> !known.contains(c))
          .forEach(known::add);
    }
    int characters = known.size();
    // each piece is made of two older ones, as merges make them
    while (known.size() < characters + 300) {
      String piece =
          known.get(random.nextInt(known.size())) + known.get(random.nextInt(characters));
      if (piece.length() < 9 && !known.contains(piece) && piece.indexOf('▁', 1) < 0) {
        known.add(piece);
      }
    }
    var scores = new ArrayList<Float>();
    while (scores.size() < tokens.size()) {
      scores.add(0f);
    }
    for (String piece : known) {
      tokens.add(kind.equals("bert") && random.nextBoolean() ? "▁" + piece : piece);
      types.add(TokenizerMetadata.NORMAL);
      scores.add(
          kind.equals("llama") ? -(float) scores.size() : (float) (-12 * random.nextDouble()));
    }
    return new TokenizerMetadata(
        kind,
        "default",
        tokens,
        scores,
        types,
        List.of(),
        Map.of(
            "unknown_token_id", 0, "bos_token_id", 1, "eos_token_id", 2, "seperator_token_id", 2),
        Map.of("add_space_prefix", !kind.equals("t5")),
        List.of(),
        List.of());
  }
}
