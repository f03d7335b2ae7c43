package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer written as GGUF metadata gives the ids it gave before. */
class GgufExportTest {
  private static final String LLAMA_DECODER =
      "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"▁\"},"
          + "\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},"
          + "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}";

  @TempDir Path folder;

  private TokenizerJson open(String file) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), file);
    return TokenizerJson.open(folder);
  }

  private static void assertSameIds(TokenizerJson source, long seed) {
    var before = source.tokenizer();
    var after = source.metadata().tokenizer();
    var random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      // In GGUF's bert kind the space mark is a word's start, so texts cannot hold it.
      String text = RandomText.of(random, 30).replace("▁", "");
      assertThat(after.encode(text, true)).as(text).isEqualTo(before.encode(text, true));
    }
  }

  private static String byteLevel(ObjectNode model, String regex) {
    var split = TinyTokenizers.JSON.createObjectNode().put("type", "Split");
    split.putObject("pattern").put("Regex", regex);
    split.put("behavior", "Isolated").put("invert", false);
    String steps =
        "{\"type\":\"Sequence\",\"pretokenizers\":["
            + split
            + ",{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}";
    return TinyTokenizers.withAdded(
        TinyTokenizers.file(model, "null", steps, "{\"type\":\"ByteLevel\"}", "null"),
        model.get("vocab").size(),
        "<|endoftext|>|s",
        "<tool>|");
  }

  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @Test
  void llama3IsRecognised() throws IOException {
    var source = open(byteLevel(TinyTokenizers.byteLevel(500, true), LLAMA3));
    assertThat(source.metadata().pre()).isEqualTo("llama-bpe");
    assertThat(source.metadata().notes()).isEmpty();
  }

  @Test
  void anUnknownExpressionIsWrittenAsDefaultWithANote() throws IOException {
    var source = open(byteLevel(TinyTokenizers.byteLevel(500, false), "\\w+|\\W"));
    assertThat(source.metadata().pre()).isEqualTo("default");
    assertThat(source.metadata().notes()).anyMatch(note -> note.contains("default"));
  }

  @Test
  void byteLevelKeepsItsIds() throws IOException {
    // The long s is a contraction only under Unicode case folding, which GGUF's expressions lack.
    var source =
        open(
            byteLevel(
                TinyTokenizers.byteLevel(800, false),
                LLAMA3
                    .replace(
                        "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
                        "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])")
                    .replace("{1,3}", "")));
    assertThat(source.metadata().pre()).isEqualTo("qwen2");
    assertSameIds(source, 1);
  }

  @Test
  void mergesWithByteFallbackKeepTheirIds() throws IOException {
    var model = TinyTokenizers.characters(11, true, true, "");
    var file =
        TinyTokenizers.file(
            model,
            "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"▁\"},"
                + "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}]}",
            "null",
            LLAMA_DECODER,
            "null");
    var source = open(TinyTokenizers.withAdded(file, 0, "<unk>|s"));
    assertThat(source.metadata().model()).isEqualTo("llama");
    var before = source.tokenizer();
    var after = source.metadata().tokenizer();
    var random = new Random(2);
    for (int i = 0; i < 100; i++) {
      String text = RandomText.of(random, 30).replace("▁", "");
      assertThat(after.decode(after.encode(text, true))).isEqualTo(text);
      assertThat(before.decode(before.encode(text, true))).isEqualTo(text);
    }
  }

  @Test
  void wordPiecesKeepTheirIds() throws IOException {
    var model = TinyTokenizers.wordPiece(12);
    model.put("max_input_chars_per_word", 100);
    var source =
        open(
            TinyTokenizers.withAdded(
                TinyTokenizers.file(
                    model,
                    "{\"type\":\"BertNormalizer\",\"lowercase\":true}",
                    "{\"type\":\"BertPreTokenizer\"}",
                    "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}",
                    "null"),
                0,
                "[UNK]|s",
                "[CLS]|s",
                "[SEP]|s"));
    assertThat(source.metadata().model()).isEqualTo("bert");
    assertSameIds(source, 3);
  }
}
