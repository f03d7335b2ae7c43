package io.zaohua.model.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the names in {@code tokenizer.ggml.pre} mean: the names and their regular expressions are
 * facts of llama.cpp's src/llama-vocab.cpp. Where that file replaces a model's own expression by
 * one that its engine can run (tekken, gpt-4o), the model's own stands here.
 */
final class PreTokenizerNames {
  static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
  private static final String CONTRACTIONS =
      "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
  private static final String LETTERS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
  private static final String REST =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String LLAMA3 = CONTRACTIONS + "|" + LETTERS + "|\\p{N}{1,3}" + REST;
  private static final String QWEN2 = CONTRACTIONS + "|" + LETTERS + "|\\p{N}" + REST;
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final String CASED_REST =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String TEKKEN =
      BEFORE + UPPER + "*" + LOWER + "+|" + BEFORE + UPPER + "+" + LOWER + "*|\\p{N}" + CASED_REST;
  private static final String GPT4O = cased(CONTRACTIONS + "?", "\\p{N}{1,3}");
  private static final String WORDS_AND_PUNCTUATION =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
          + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String CJK = "[一-龥぀-ゟ゠-ヿ]+";
  private static final List<String> DEEPSEEK3 = List.of("\\p{N}{1,3}", CJK, WORDS_AND_PUNCTUATION);
  private static final List<String> BLOOM = List.of(" ?[^(\\s|.,!?…。，、।۔،)]+");
  private static final String DEEPSEEK_LETTERS =
      "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u1F7Dᾀ-ᾴᾶ-ᾼ\u1FBEῂ-ῄῆ-ῌῐ-\u1FD3ῖ-\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+";

  private static final String EXAONE_MOE =
      CONTRACTIONS
          + "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
  private static final String BAILING =
      "'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|"
          + LETTERS
          + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
  private static final String SEED_CODER =
      CONTRACTIONS
          + "|"
          + LETTERS
          + "|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN35 =
      CONTRACTIONS
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String JAIS2 =
      CONTRACTIONS
          + "|"
          + LETTERS
          + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s{512}(?!\\S)"
          + "|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)"
          + "|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}";

  private static final Set<String> BOS_FIRST =
      Set.of(
          "llama3",
          "llama-v3",
          "llama-bpe",
          "falcon3",
          "falcon-h1",
          "pixtral",
          "midm-2.0",
          "lfm2",
          "jina-v5-nano",
          "tekken",
          "chameleon");
  private static final Set<String> WHOLE_WORDS =
      Set.of(
          "llama3",
          "llama-v3",
          "llama-bpe",
          "falcon3",
          "falcon-h1",
          "pixtral",
          "midm-2.0",
          "lfm2",
          "jina-v5-nano",
          "tekken",
          "minicpm5",
          "glm4",
          "glm5",
          "granite-embed-multi-97m");

  private PreTokenizerNames() {}

  private static String cased(String contractions, String digits) {
    return BEFORE
        + UPPER
        + "*"
        + LOWER
        + "+"
        + contractions
        + "|"
        + BEFORE
        + UPPER
        + "+"
        + LOWER
        + "*"
        + contractions
        + "|"
        + digits
        + CASED_REST;
  }

  /** The expressions of a name, each isolating its matches, one after the other. */
  static Optional<List<String>> expressions(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "llama-bpe",
              "llama3",
              "llama-v3",
              "falcon3",
              "falcon-h1",
              "pixtral",
              "midm-2.0",
              "lfm2",
              "jina-v5-nano",
              "dbrx",
              "smaug-bpe",
              "chatglm-bpe",
              "glm4",
              "glm5" ->
              List.of(LLAMA3);
          case "qwen2",
              "deepseek-r1-qwen",
              "kormo",
              "f2llmv2",
              "stablelm2",
              "megrez",
              "hunyuan",
              "grok-2",
              "solar-open" ->
              List.of(QWEN2);
          case "qwen35" -> List.of(QWEN35);
          case "gpt-2",
              "phi-2",
              "jina-es",
              "jina-de",
              "gigachat",
              "jina-v2-es",
              "jina-v2-de",
              "a.x-4.0",
              "mellum",
              "modern-bert",
              "jina-v1-en",
              "jina-v2-code",
              "roberta-bpe",
              "mpt",
              "olmo",
              "jais",
              "trillion",
              "granite-docling",
              "exaone4" ->
              List.of(GPT2);
          case "smollm",
              "starcoder",
              "refact",
              "command-r",
              "codeshell",
              "exaone",
              "minerva-7b",
              "mellum2" ->
              List.of("\\p{N}", GPT2);
          case "falcon" -> List.of("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]");
          case "deepseek-llm" ->
              List.of(
                  "[\r\n]",
                  DEEPSEEK_LETTERS,
                  "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+",
                  "\\s+$",
                  "[一-龥ࠀ-一가-\uD7FF]+",
                  "\\p{N}+");
          case "deepseek-coder" ->
              List.of("[\r\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[一-龥ࠀ-一가-\uD7FF]+", "\\p{N}");
          case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4" -> DEEPSEEK3;
          case "tekken" -> List.of(TEKKEN);
          case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2", "granite-embed-multi-97m" ->
              List.of(GPT4O);
          case "tiny_aya", "cohere2moe" -> List.of("\\d{1,3}(?=(?:\\d{3})*\\b)", GPT4O);
          case "poro-chat", "bloom", "gpt3-finnish" -> BLOOM;
          case "viking" -> List.of(BLOOM.getFirst(), "\\p{N}");
          case "jais-2" -> List.of(JAIS2);
          case "bailingmoe", "bailingmoe2", "llada-moe" -> List.of(BAILING);
          case "seed-coder" -> List.of(SEED_CODER);
          case "exaone-moe" -> List.of(EXAONE_MOE);
          case "ufakzeka" -> List.of(LETTERS + "|\\p{N}" + REST);
          case "laguna" -> List.of("[^\\n]+|[\\n]+", QWEN2);
          case "superbpe" -> List.of("\\p{N}+", "(?=(\\d{3})+(?!\\d))");
          case "minicpm5" ->
              List.of("\\p{N}{1,3}", CONTRACTIONS + "|" + LETTERS + "|\\p{N}+" + REST);
          case "gemma4" -> List.of("[^\\n]+|[\\n]+");
          case "default", "" ->
              List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
          default -> null;
        });
  }

  /** Whether such a tokenizer puts BOS first where the file does not say. */
  static boolean addsBos(String name) {
    return BOS_FIRST.contains(name);
  }

  /** Whether a word that is a piece is taken whole, without merges. */
  static boolean ignoresMerges(String name) {
    return WHOLE_WORDS.contains(name);
  }

  /** Names to try for a pre-tokenizer's expressions, the most usual first. */
  static final List<String> NAMES =
      List.of(
          "llama-bpe",
          "qwen2",
          "gpt-2",
          "smollm",
          "dbrx",
          "glm4",
          "qwen35",
          "tekken",
          "gpt-4o",
          "granite-embed-multi-97m",
          "deepseek-v3",
          "deepseek-llm",
          "deepseek-coder",
          "falcon",
          "tiny_aya",
          "poro-chat",
          "viking",
          "jais-2",
          "bailingmoe",
          "seed-coder",
          "exaone-moe",
          "ufakzeka",
          "laguna",
          "superbpe",
          "minicpm5",
          "default");

  /** The name whose expressions these are, by preference one that treats whole words alike. */
  static Optional<String> name(List<String> expressions, boolean ignoresMerges) {
    var wanted = expressions.stream().map(PreTokenizerNames::canonical).toList();
    var alike =
        NAMES.stream()
            .filter(
                name ->
                    expressions(name).orElseThrow().stream()
                        .map(PreTokenizerNames::canonical)
                        .toList()
                        .equals(wanted))
            .toList();
    return alike.stream()
        .filter(name -> ignoresMerges(name) == ignoresMerges)
        .findFirst()
        .or(() -> alike.stream().findFirst());
  }

  /** One spelling for expressions that mean the same. */
  private static String canonical(String expression) {
    String text = expression.replace("\r", "\\r").replace("\n", "\\n");
    text =
        text.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", CONTRACTIONS).replace("\\p{N}{1}", "\\p{N}");
    return text.equals(GPT2 + "|\\s+") ? GPT2 : text;
  }
}
