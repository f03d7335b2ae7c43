package io.zaohua.model.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * From GGUF's metadata to tokenizer.json and tokenizer_config.json: {@link GgufExport} reversed.
 */
final class JsonExport {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String SPACE_MARK = "▁";

  private final TokenizerMetadata metadata;
  private final Tokenizer tokenizer;
  private final List<String> notes = new ArrayList<>();

  JsonExport(TokenizerMetadata metadata) {
    this.metadata = metadata;
    this.tokenizer = metadata.tokenizer();
  }

  TokenizerFiles files() {
    var root = JSON.objectNode();
    root.put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    root.set("added_tokens", added());
    switch (metadata.model()) {
      case "gpt2" -> byteLevel(root);
      case "gemma4" -> rawMerges(root);
      case "llama" -> sentencePiece(root);
      case "bert" -> wordPiece(root);
      case "t5" -> unigram(root);
      default -> throw TokenizerErrors.unsupported("tokenizer.json for the kind", metadata.model());
    }
    return new TokenizerFiles(
        root.toPrettyString() + "\n", config().toPrettyString() + "\n", notes);
  }

  private int size() {
    return metadata.tokens().size();
  }

  private ArrayNode added() {
    var added = JSON.arrayNode();
    for (int id = 0; id < size(); id++) {
      if (tokenizer.special(id) || metadata.type(id) == TokenizerMetadata.USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", tokenizer.piece(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", tokenizer.special(id));
      }
    }
    return added;
  }

  private ObjectNode config() {
    var config = JSON.objectNode();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("clean_up_tokenization_spaces", false);
    token(config, "bos", metadata.id("bos_token_id"));
    token(config, "eos", metadata.id("eos_token_id"));
    token(config, "unk", metadata.id("unknown_token_id"));
    token(config, "pad", metadata.id("padding_token_id"));
    token(config, "mask", metadata.id("mask_token_id"));
    if (metadata.model().equals("bert")) {
      token(config, "cls", first(tokenizer.prefix()));
      token(config, "sep", first(tokenizer.suffix()));
    } else {
      config.put("add_bos_token", !tokenizer.prefix().isEmpty());
      config.put("add_eos_token", !tokenizer.suffix().isEmpty());
    }
    return config;
  }

  private static OptionalInt first(List<Integer> ids) {
    return ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.getFirst());
  }

  private void token(ObjectNode config, String role, OptionalInt id) {
    id.ifPresent(i -> config.put(role + "_token", tokenizer.piece(i)));
  }

  private static ObjectNode step(String type) {
    return JSON.objectNode().put("type", type);
  }

  private static ObjectNode sequence(String key, List<ObjectNode> steps) {
    if (steps.size() == 1) {
      return steps.getFirst();
    }
    var sequence = step("Sequence");
    sequence.putArray(key).addAll(steps);
    return sequence;
  }

  private static ObjectNode replace(String kind, String pattern, String content) {
    var step = step("Replace");
    step.putObject("pattern").put(kind, pattern);
    return step.put("content", content);
  }

  private static ObjectNode byteLevelStep(boolean regex) {
    return step("ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }

  private static ObjectNode isolating(String expression) {
    var step = step("Split");
    step.putObject("pattern").put("Regex", expression);
    return step.put("behavior", "Isolated").put("invert", false);
  }

  /** What goes around a text, or nothing. */
  private void frame(ObjectNode root) {
    if (tokenizer.prefix().isEmpty() && tokenizer.suffix().isEmpty()) {
      root.putNull("post_processor");
      return;
    }
    var post = root.putObject("post_processor").put("type", "TemplateProcessing");
    var known = JSON.objectNode();
    var single = post.putArray("single");
    var pair = post.putArray("pair");
    for (int text = 0; text < 2; text++) {
      String name = text == 0 ? "A" : "B";
      for (var side : text == 0 ? List.of(single, pair) : List.of(pair)) {
        tokenizer.prefix().forEach(id -> side.add(framing(id, known)));
        side.addObject().putObject("Sequence").put("id", name).put("type_id", 0);
        tokenizer.suffix().forEach(id -> side.add(framing(id, known)));
      }
    }
    post.set("special_tokens", known);
  }

  private ObjectNode framing(int id, ObjectNode known) {
    String content = tokenizer.piece(id);
    var special = known.putObject(content).put("id", content);
    special.putArray("ids").add(id);
    special.putArray("tokens").add(content);
    var item = JSON.objectNode();
    item.putObject("SpecialToken").put("id", content).put("type_id", 0);
    return item;
  }

  private List<String> pieces() {
    return IntStream.range(0, size()).mapToObj(tokenizer::piece).toList();
  }

  private static ObjectNode vocabulary(List<String> pieces) {
    var vocabulary = JSON.objectNode();
    for (int id = 0; id < pieces.size(); id++) {
      vocabulary.put(pieces.get(id), id);
    }
    return vocabulary;
  }

  private ObjectNode pairModel(boolean byteFallback, boolean ignoreMerges) {
    var model = step("BPE");
    model.putNull("dropout");
    var unknown = tokenizer.specialTokens().unknown();
    if (byteFallback && unknown.isPresent()) {
      model.put("unk_token", tokenizer.piece(unknown.getAsInt()));
    } else {
      model.putNull("unk_token");
    }
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", byteFallback).put("byte_fallback", byteFallback);
    model.put("ignore_merges", ignoreMerges);
    model.set("vocab", vocabulary(pieces()));
    return model;
  }

  /** Merges whose three pieces are all known; others can never happen. */
  private ArrayNode givenMerges(ObjectNode vocabulary) {
    var merges = JSON.arrayNode();
    for (String merge : metadata.merges()) {
      int space = merge.indexOf(' ', 1);
      if (space > 0) {
        String left = merge.substring(0, space);
        String right = merge.substring(space + 1);
        if (vocabulary.has(left) && vocabulary.has(right) && vocabulary.has(left + right)) {
          merges.addArray().add(left).add(right);
        }
      }
    }
    return merges;
  }

  private void byteLevel(ObjectNode root) {
    String pre = metadata.pre();
    var steps = new ArrayList<ObjectNode>();
    var expressions = PreTokenizerNames.expressions(pre).orElseThrow();
    for (int i = 0; i < expressions.size(); i++) {
      String expression = expressions.get(i);
      boolean last = i == expressions.size() - 1;
      if (expression.equals("\\p{N}")) {
        steps.add(step("Digits").put("individual_digits", true));
      } else if (!last || !expression.equals(PreTokenizerNames.GPT2)) {
        steps.add(isolating(expression));
      }
    }
    steps.add(byteLevelStep(expressions.getLast().equals(PreTokenizerNames.GPT2)));
    if (pre.isEmpty()) {
      notes.add("The file names no pre-tokenizer; GGUF's \"default\" is written.");
    }
    root.putNull("normalizer");
    root.set("pre_tokenizer", sequence("pretokenizers", steps));
    frame(root);
    root.set("decoder", byteLevelStep(true));
    var model = pairModel(false, PreTokenizerNames.ignoresMerges(pre));
    model.set("merges", givenMerges((ObjectNode) model.get("vocab")));
    root.set("model", model);
  }

  private void rawMerges(ObjectNode root) {
    root.set("normalizer", replace("String", " ", SPACE_MARK));
    var steps =
        PreTokenizerNames.expressions("gemma4").orElseThrow().stream()
            .map(JsonExport::isolating)
            .toList();
    root.set("pre_tokenizer", sequence("pretokenizers", steps));
    frame(root);
    root.set("decoder", markedDecoder(false));
    var model = pairModel(true, false);
    model.set("merges", givenMerges((ObjectNode) model.get("vocab")));
    root.set("model", model);
  }

  private static ObjectNode markedDecoder(boolean prefix) {
    var steps =
        new ArrayList<>(
            List.of(replace("String", SPACE_MARK, " "), step("ByteFallback"), step("Fuse")));
    if (prefix) {
      steps.add(step("Strip").put("content", " ").put("start", 1).put("stop", 0));
    }
    return sequence("decoders", steps);
  }

  /** As Llama 2's tokenizer.json: merges in the order of the scores of what they make. */
  private void sentencePiece(ObjectNode root) {
    boolean prefix = metadata.flag("add_space_prefix").orElse(true);
    var steps = new ArrayList<ObjectNode>();
    if (prefix) {
      steps.add(step("Prepend").put("prepend", SPACE_MARK));
    }
    steps.add(replace("String", " ", SPACE_MARK));
    root.set("normalizer", sequence("normalizers", steps));
    root.putNull("pre_tokenizer");
    frame(root);
    root.set("decoder", markedDecoder(prefix));
    var model = pairModel(true, false);
    model.set("merges", ScoredMerges.of(metadata));
    root.set("model", model);
  }

  /** GGUF marks the pieces that start a word, tokenizer.json those that do not. */
  private void wordPiece(ObjectNode root) {
    boolean lowercase = metadata.flag("normalizer.lowercase").orElse(true);
    root.putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", true)
        .put("strip_accents", metadata.flag("normalizer.strip_accents").orElse(lowercase))
        .put("lowercase", lowercase);
    root.set("pre_tokenizer", step("BertPreTokenizer"));
    frame(root);
    root.set("decoder", step("WordPiece").put("prefix", "##").put("cleanup", true));
    var pieces = new ArrayList<String>(size());
    for (int id = 0; id < size(); id++) {
      String piece = tokenizer.piece(id);
      boolean plain = metadata.type(id) == TokenizerMetadata.NORMAL;
      pieces.add(!plain ? piece : piece.startsWith(SPACE_MARK) ? piece.substring(1) : "##" + piece);
    }
    var model = step("WordPiece");
    int unknown = tokenizer.specialTokens().unknown().orElseThrow();
    model.put("unk_token", tokenizer.piece(unknown));
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    model.set("vocab", vocabulary(pieces));
    root.set("model", model);
  }

  private void unigram(ObjectNode root) {
    boolean prefix = metadata.flag("add_space_prefix").orElse(false);
    var steps = new ArrayList<ObjectNode>();
    if (!metadata.charsmap().isEmpty()) {
      byte[] blob = new byte[metadata.charsmap().size()];
      for (int i = 0; i < blob.length; i++) {
        blob[i] = metadata.charsmap().get(i);
      }
      String base64 = Base64.getEncoder().encodeToString(blob);
      steps.add(step("Precompiled").put("precompiled_charsmap", base64));
    }
    if (metadata.flag("remove_extra_whitespaces").orElse(false)) {
      steps.add(step("Strip").put("strip_left", true).put("strip_right", true));
      steps.add(replace("Regex", " {2,}", " "));
    }
    if (steps.isEmpty()) {
      root.putNull("normalizer");
    } else {
      root.set("normalizer", sequence("normalizers", steps));
    }
    String scheme = prefix ? "always" : "never";
    root.set("pre_tokenizer", metaspace(scheme));
    frame(root);
    boolean bytes = metadata.types().contains(TokenizerMetadata.BYTE);
    var marks = metaspace(scheme);
    root.set("decoder", bytes ? sequence("decoders", List.of(step("ByteFallback"), marks)) : marks);
    var model = step("Unigram");
    var unknown = tokenizer.specialTokens().unknown();
    if (unknown.isPresent()) {
      model.put("unk_id", unknown.getAsInt());
    } else {
      model.putNull("unk_id");
    }
    model.put("byte_fallback", bytes);
    var vocabulary = model.putArray("vocab");
    for (int id = 0; id < size(); id++) {
      double score = metadata.scores().isEmpty() ? 0 : metadata.scores().get(id);
      vocabulary.addArray().add(tokenizer.piece(id)).add(score);
    }
    root.set("model", model);
  }

  private static ObjectNode metaspace(String scheme) {
    return step("Metaspace")
        .put("replacement", SPACE_MARK)
        .put("prepend_scheme", scheme)
        .put("split", true);
  }
}
