package io.zaohua.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hugging Face's own library gives the same ids and the same text for every kind of file. */
class OracleTest {
  private static final int TEXTS = 300;
  private static final String NONE = "null";
  private static final String BYTE_LEVEL =
      """
      {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":%s}""";
  private static final String BYTE_DECODER =
      """
      {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""";
  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String GPT4O =
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final Map<String, Supplier<String>> FILES =
      Map.ofEntries(
          Map.entry("gpt2", () -> bytes(BYTE_LEVEL.formatted(true), NONE)),
          Map.entry(
              "gpt2 with prefix space",
              () -> bytes(BYTE_LEVEL.formatted(true).replace("false", "true"), NONE)),
          Map.entry("llama3", () -> bytes(split(LLAMA3, "Isolated", false), NONE)),
          Map.entry(
              "llama3 ignoring merges",
              () ->
                  TinyTokenizers.file(
                      TinyTokenizers.byteLevel(1000, true),
                      NONE,
                      split(LLAMA3, "Isolated", false),
                      BYTE_DECODER,
                      BYTE_DECODER)),
          Map.entry(
              "qwen2",
              () ->
                  bytes(
                      split(LLAMA3.replace("{1,3}", ""), "Isolated", false), "{\"type\":\"NFC\"}")),
          Map.entry("gpt-4o", () -> bytes(split(GPT4O, "Isolated", false), NONE)),
          Map.entry(
              "smollm",
              () ->
                  bytes(
                      sequence(
                          "{\"type\":\"Digits\",\"individual_digits\":true}",
                          BYTE_LEVEL.formatted(true)),
                      NONE)),
          Map.entry(
              "digits together",
              () ->
                  bytes(
                      sequence(
                          "{\"type\":\"Digits\",\"individual_digits\":false}",
                          BYTE_LEVEL.formatted(true)),
                      NONE)),
          Map.entry("removed", () -> bytes(split("\\s+", "Removed", false), NONE)),
          Map.entry("inverted", () -> bytes(split("\\w+", "Removed", true), NONE)),
          Map.entry(
              "previous", () -> bytes(split("[\\s\\p{P}]", "MergedWithPrevious", false), NONE)),
          Map.entry("next", () -> bytes(split("[\\s\\p{P}]", "MergedWithNext", false), NONE)),
          Map.entry("contiguous", () -> bytes(split("\\d|\\s|\\p{P}", "Contiguous", false), NONE)),
          Map.entry(
              "han", () -> bytes(split("\\p{Han}+|\\bhe|o\\b|\\s+$", "Isolated", false), NONE)),
          Map.entry("dot", () -> bytes(split("^.|..$", "Isolated", false), NONE)),
          Map.entry(
              "clip",
              () ->
                  TinyTokenizers.file(
                      TinyTokenizers.characters(3, false, false, "</w>"),
                      "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},"
                          + "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"\\\\s+\"},\"content\":\" \"},"
                          + "{\"type\":\"Lowercase\"}]}",
                      sequence(
                          "{\"type\":\"Whitespace\"}",
                          "{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}"),
                      "{\"type\":\"BPEDecoder\",\"suffix\":\"</w>\"}",
                      NONE)),
          Map.entry(
              "llama2",
              () ->
                  TinyTokenizers.file(
                      TinyTokenizers.characters(1, true, true, ""),
                      "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"▁\"},"
                          + "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}]}",
                      NONE,
                      "{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":"
                          + "{\"String\":\"▁\"},\"content\":\" \"},{\"type\":\"ByteFallback\"},"
                          + "{\"type\":\"Fuse\"},{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]}",
                      NONE)),
          Map.entry(
              "unknown apart",
              () -> metaspace(TinyTokenizers.characters(2, false, false, ""), "first", true)),
          Map.entry(
              "unknown fused",
              () -> metaspace(TinyTokenizers.characters(2, false, true, ""), "never", false)),
          Map.entry(
              "metaspace always",
              () -> metaspace(TinyTokenizers.characters(5, true, true, ""), "always", true)),
          Map.entry("unigram", () -> metaspace(TinyTokenizers.unigram(4, false), "always", true)),
          Map.entry(
              "unigram bytes", () -> metaspace(TinyTokenizers.unigram(5, true), "first", false)),
          Map.entry(
              "unigram nmt",
              () ->
                  TinyTokenizers.file(
                      TinyTokenizers.unigram(6, false),
                      "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Nmt\"},{\"type\":\"NFKC\"},"
                          + "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true}]}",
                      "{\"type\":\"UnicodeScripts\"}",
                      NONE,
                      NONE)),
          Map.entry(
              "bert",
              () ->
                  TinyTokenizers.withAdded(
                      TinyTokenizers.file(
                          TinyTokenizers.wordPiece(7),
                          "{\"type\":\"BertNormalizer\",\"clean_text\":true,"
                              + "\"handle_chinese_chars\":true,\"strip_accents\":null,\"lowercase\":true}",
                          "{\"type\":\"BertPreTokenizer\"}",
                          "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}",
                          "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"[CLS]\","
                              + "\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
                              + "{\"SpecialToken\":{\"id\":\"[SEP]\",\"type_id\":0}}],\"pair\":[],"
                              + "\"special_tokens\":{\"[CLS]\":{\"id\":\"[CLS]\",\"ids\":[1],\"tokens\":[\"[CLS]\"]},"
                              + "\"[SEP]\":{\"id\":\"[SEP]\",\"ids\":[2],\"tokens\":[\"[SEP]\"]}}}"),
                      0,
                      "[UNK]|s",
                      "[CLS]|s",
                      "[SEP]|s")),
          Map.entry(
              "cased bert",
              () ->
                  TinyTokenizers.file(
                      TinyTokenizers.wordPiece(8),
                      "{\"type\":\"BertNormalizer\",\"clean_text\":true,"
                          + "\"handle_chinese_chars\":false,\"strip_accents\":true,\"lowercase\":false}",
                      "{\"type\":\"BertPreTokenizer\"}",
                      "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":false}",
                      "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",2],\"cls\":[\"[CLS]\",1]}")),
          Map.entry(
              "word level",
              () ->
                  TinyTokenizers.file(
                      TinyTokenizers.wordLevel(9),
                      "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFD\"},"
                          + "{\"type\":\"StripAccents\"},{\"type\":\"Lowercase\"}]}",
                      "{\"type\":\"WhitespaceSplit\"}",
                      NONE,
                      NONE)),
          Map.entry(
              "added tokens",
              () ->
                  TinyTokenizers.withAdded(
                      bytes(BYTE_LEVEL.formatted(true), "{\"type\":\"NFKC\"}"),
                      1256,
                      "<s>|s",
                      "<end>|slr",
                      "world|w",
                      "ﬁ|n",
                      "  |",
                      "Hello|wr",
                      "...|l",
                      "👍|")));

  static Stream<String> names() {
    return FILES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsTheOracle(String name, @TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("tokenizer.json"), FILES.get(name).get());
    var ours = TokenizerJson.read(folder);
    var random = new Random(name.hashCode());
    try (var oracle =
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(file)
            .optTruncation(false)
            .optPadding(false)
            .build()) {
      for (int i = 0; i < TEXTS; i++) {
        String text = text(random);
        long[] plain = oracle.encode(text, false, false).getIds();
        assertThat(ours.encode(text, true)).as(shown(text)).isEqualTo(ints(plain));
        long[] framed = oracle.encode(text, true, false).getIds();
        assertThat(ours.encodePrompt(text, true)).as(text).isEqualTo(ints(framed));
        assertThat(ours.decode(ints(framed), false))
            .as(text)
            .isEqualTo(oracle.decode(framed, false));
        assertThat(ours.decode(ints(framed), true)).as(text).isEqualTo(oracle.decode(framed, true));
      }
    }
  }

  private static String text(Random random) {
    String text = RandomText.of(random, 30);
    return switch (random.nextInt(8)) {
      case 0 -> text + "<s>" + RandomText.of(random, 5);
      case 1 -> text + " <end> " + RandomText.of(random, 5);
      default -> text;
    };
  }

  private static String shown(String text) {
    var out = new StringBuilder();
    text.chars()
        .forEach(c -> out.append(c > 32 && c < 127 ? (char) c + "" : "\\u%04X".formatted(c)));
    return out.toString();
  }

  private static int[] ints(long[] ids) {
    return Arrays.stream(ids).mapToInt(id -> (int) id).toArray();
  }

  private static String bytes(String preTokenizer, String normalizer) {
    return TinyTokenizers.file(
        TinyTokenizers.byteLevel(1000, false), normalizer, preTokenizer, BYTE_DECODER, NONE);
  }

  private static String metaspace(ObjectNode model, String scheme, boolean split) {
    String metaspace =
        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"%s\",\"split\":%s}"
            .formatted(scheme, split);
    return TinyTokenizers.file(
        model,
        "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\" \"}",
        metaspace,
        metaspace,
        NONE);
  }

  private static String split(String regex, String behavior, boolean invert) {
    var node = TinyTokenizers.JSON.createObjectNode().put("type", "Split");
    node.putObject("pattern").put("Regex", regex);
    node.put("behavior", behavior).put("invert", invert);
    return sequence(node.toString(), BYTE_LEVEL.formatted(false));
  }

  private static String sequence(String... steps) {
    return "{\"type\":\"Sequence\",\"pretokenizers\":[" + String.join(",", steps) + "]}";
  }
}
