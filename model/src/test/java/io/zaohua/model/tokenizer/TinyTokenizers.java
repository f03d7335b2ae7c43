package io.zaohua.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Small tokenizer.json files of every kind, with seeded vocabularies over {@link RandomText}. */
final class TinyTokenizers {
  static final ObjectMapper JSON = new ObjectMapper();

  private TinyTokenizers() {}

  /** A file around a model; parts are JSON or "null". */
  static String file(
      ObjectNode model, String normalizer, String preTokenizer, String decoder, String post) {
    var root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    root.set("added_tokens", JSON.createArrayNode());
    root.set("normalizer", parse(normalizer));
    root.set("pre_tokenizer", parse(preTokenizer));
    root.set("post_processor", parse(post));
    root.set("decoder", parse(decoder));
    root.set("model", model);
    return root.toString();
  }

  /** The same with added tokens: "content" or "content|flags" of s (special) l r w n. */
  static String withAdded(String file, int firstId, String... tokens) {
    var root = (ObjectNode) parse(file);
    var added = (ArrayNode) root.get("added_tokens");
    for (int i = 0; i < tokens.length; i++) {
      String[] parts = tokens[i].split("\\|", 2);
      String flags = parts.length > 1 ? parts[1] : "";
      added
          .addObject()
          .put("id", firstId + i)
          .put("content", parts[0])
          .put("single_word", flags.contains("w"))
          .put("lstrip", flags.contains("l"))
          .put("rstrip", flags.contains("r"))
          .put("normalized", flags.contains("n"))
          .put("special", flags.contains("s"));
    }
    return root.toString();
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Byte-level pieces and the first merges of SmolLM2. */
  static ObjectNode byteLevel(int merges, boolean ignoreMerges) {
    var pieces = new LinkedHashSet<String>();
    for (int b = 0; b < 256; b++) {
      pieces.add(String.valueOf(ByteAlphabet.character(b)));
    }
    var model = JSON.createObjectNode().put("type", "BPE");
    var list = model.putArray("merges");
    for (String merge : SmolLm2.METADATA.merges().subList(0, merges)) {
      list.add(merge);
      pieces.add(merge.replace(" ", ""));
    }
    if (ignoreMerges) {
      SmolLm2.METADATA.tokens().subList(3000, 6000).stream()
          .filter(piece -> !piece.contains("<"))
          .forEach(pieces::add);
    }
    model.put("ignore_merges", ignoreMerges);
    putVocabulary(model, new ArrayList<>(pieces));
    return model;
  }

  static void putVocabulary(ObjectNode model, List<String> pieces) {
    var vocabulary = model.putObject("vocab");
    for (int i = 0; i < pieces.size(); i++) {
      vocabulary.put(pieces.get(i), i);
    }
  }

  /** BPE over characters; some of those in texts are unknown. */
  static ObjectNode characters(
      long seed, boolean byteFallback, boolean fuseUnknown, String suffix) {
    var random = new Random(seed);
    var pieces = new LinkedHashSet<String>();
    pieces.addAll(List.of("<unk>", "<s>", "</s>"));
    if (byteFallback) {
      for (int b = 0; b < 256; b++) {
        pieces.add("<0x%02X>".formatted(b));
      }
    }
    var known = new ArrayList<>(characters(random, 0.8));
    known.add("▁");
    for (String c : List.copyOf(known)) {
      pieces.add(c);
      if (!suffix.isEmpty()) {
        pieces.add(c + suffix);
        known.add(c + suffix);
      }
    }
    var model = JSON.createObjectNode().put("type", "BPE").put("unk_token", "<unk>");
    model.put("byte_fallback", byteFallback).put("fuse_unk", fuseUnknown);
    if (!suffix.isEmpty()) {
      model.put("end_of_word_suffix", suffix);
    }
    var merges = model.putArray("merges");
    var seen = new HashSet<String>();
    for (int i = 0; i < 6000; i++) {
      String left = known.get(random.nextInt(known.size()));
      String right = known.get(random.nextInt(known.size()));
      boolean inside = suffix.isEmpty() || !left.endsWith(suffix);
      if (inside && left.length() + right.length() < 9 && seen.add(left + " " + right)) {
        merges.addArray().add(left).add(right);
        if (pieces.add(left + right)) {
          known.add(left + right);
        }
      }
    }
    putVocabulary(model, new ArrayList<>(pieces));
    return model;
  }

  static ObjectNode unigram(long seed, boolean byteFallback) {
    var random = new Random(seed);
    var pieces = new LinkedHashSet<String>();
    pieces.add("<unk>");
    if (byteFallback) {
      for (int b = 0; b < 256; b++) {
        pieces.add("<0x%02X>".formatted(b));
      }
    }
    pieces.add("▁");
    pieces.addAll(substrings(random, 600));
    for (String piece : List.copyOf(pieces)) {
      if (random.nextInt(4) == 0 && !piece.startsWith("<")) {
        pieces.add("▁" + piece);
      }
    }
    var model = JSON.createObjectNode().put("type", "Unigram").put("unk_id", 0);
    model.put("byte_fallback", byteFallback);
    var vocabulary = model.putArray("vocab");
    for (String piece : pieces) {
      vocabulary.addArray().add(piece).add(piece.equals("<unk>") ? 0 : -random.nextDouble() * 12);
    }
    return model;
  }

  static ObjectNode wordPiece(long seed) {
    var random = new Random(seed);
    var pieces = new LinkedHashSet<String>(List.of("[UNK]", "[CLS]", "[SEP]"));
    for (String piece : substrings(random, 600)) {
      String small = BertNormalizer.lower(piece);
      if (small.contains("▁")) {
        // GGUF's bert kind writes the start of a word with it.
        continue;
      }
      pieces.add(random.nextBoolean() ? small : "##" + small);
      pieces.add("##" + small.substring(0, small.offsetByCodePoints(0, 1)));
      pieces.add(small.substring(0, small.offsetByCodePoints(0, 1)));
    }
    var model = JSON.createObjectNode().put("type", "WordPiece").put("unk_token", "[UNK]");
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 12);
    putVocabulary(model, new ArrayList<>(pieces));
    return model;
  }

  static ObjectNode wordLevel(long seed) {
    var random = new Random(seed);
    var pieces = new LinkedHashSet<String>(List.of("<unk>"));
    pieces.addAll(substrings(random, 500));
    var model = JSON.createObjectNode().put("type", "WordLevel").put("unk_token", "<unk>");
    putVocabulary(model, new ArrayList<>(pieces));
    return model;
  }

  private static Set<String> characters(Random random, double share) {
    var found = new LinkedHashSet<String>();
    for (int i = 0; i < 300; i++) {
      RandomText.of(random, 10).codePoints().mapToObj(Character::toString).forEach(found::add);
    }
    found.removeIf(_ -> random.nextDouble() > share);
    return found;
  }

  /** Pieces of random texts, cut between characters and without white space inside. */
  private static Set<String> substrings(Random random, int count) {
    var found = new LinkedHashSet<String>();
    while (found.size() < count) {
      String text = RandomText.of(random, 6);
      if (text.isEmpty()) {
        continue;
      }
      int points = text.codePointCount(0, text.length());
      int from = random.nextInt(points);
      int length = Math.min(points - from, 1 + random.nextInt(5));
      int start = text.offsetByCodePoints(0, from);
      String piece = text.substring(start, text.offsetByCodePoints(start, length));
      if (piece.codePoints().noneMatch(CodePoints::isWhiteSpace)) {
        found.add(piece);
      }
    }
    return found;
  }
}
