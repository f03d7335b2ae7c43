package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The {@code model} of tokenizer.json, as far as it is data.
 *
 * @param kind BPE, Unigram, WordPiece or WordLevel
 * @param left first halves of merges, in rank order
 * @param right second halves
 * @param scores of Unigram pieces
 */
record JsonModel(
    Node node,
    String kind,
    Vocabulary vocabulary,
    List<String> left,
    List<String> right,
    List<Double> scores,
    OptionalInt unknown) {

  static JsonModel read(Node node) {
    String kind = node.find("type").map(Node::text).orElseGet(() -> guess(node));
    return switch (kind) {
      case "BPE" -> bytePair(node);
      case "Unigram" -> unigram(node);
      case "WordPiece", "WordLevel" -> {
        var vocabulary = Vocabulary.of(node.get("vocab").ids());
        yield new JsonModel(
            node, kind, vocabulary, List.of(), List.of(), List.of(), unknown(node, vocabulary));
      }
      default -> throw TokenizerErrors.unsupported("model", kind);
    };
  }

  /** Older files do not say the kind. */
  private static String guess(Node node) {
    if (node.find("merges").isPresent()) {
      return "BPE";
    }
    if (node.find("vocab").filter(v -> v.json().isArray()).isPresent()) {
      return "Unigram";
    }
    return node.find("max_input_chars_per_word").isPresent() ? "WordPiece" : "WordLevel";
  }

  private static OptionalInt unknown(Node node, Vocabulary vocabulary) {
    int id = node.find("unk_token").map(n -> vocabulary.id(n.text())).orElse(-1);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private static JsonModel bytePair(Node node) {
    var vocabulary = Vocabulary.of(node.get("vocab").ids());
    var left = new ArrayList<String>();
    var right = new ArrayList<String>();
    for (var merge : node.get("merges").items()) {
      if (merge.json().isTextual()) {
        String[] halves = merge.text().split(" ", -1);
        if (halves.length != 2) {
          throw merge.wrong("two pieces with a space between them", "以空格分隔的两个片段");
        }
        left.add(halves[0]);
        right.add(halves[1]);
      } else {
        var pair = merge.pair();
        left.add(pair.get(0).text());
        right.add(pair.get(1).text());
      }
    }
    return new JsonModel(
        node, "BPE", vocabulary, left, right, List.of(), unknown(node, vocabulary));
  }

  private static JsonModel unigram(Node node) {
    var scores = new ArrayList<Double>();
    Map<String, Integer> ids = new HashMap<>();
    for (var entry : node.get("vocab").items()) {
      var pair = entry.pair();
      ids.put(pair.get(0).text(), scores.size());
      scores.add(pair.get(1).number());
    }
    Optional<Integer> unknown = node.find("unk_id").map(Node::integer);
    if (unknown.isPresent() && (unknown.get() < 0 || unknown.get() >= scores.size())) {
      throw TokenizerErrors.invalid(
          "The unknown token has id %d in a vocabulary of %d pieces.",
          "未知词元的编号是 %d,而词表只有 %d 项。", unknown.get(), scores.size());
    }
    return new JsonModel(
        node,
        "Unigram",
        Vocabulary.of(ids),
        List.of(),
        List.of(),
        scores,
        unknown.map(OptionalInt::of).orElse(OptionalInt.empty()));
  }

  /** Whether the bytes of words can be the symbols, without spelling them as characters first. */
  boolean takesBytes() {
    return kind.equals("BPE")
        && !node.truth("byte_fallback", false)
        && !node.truth("fuse_unk", false)
        && node.text("continuing_subword_prefix", "").isEmpty()
        && node.text("end_of_word_suffix", "").isEmpty();
  }

  boolean ignoresMerges() {
    return node.truth("ignore_merges", false);
  }

  /** The model itself. */
  TokenModel model(boolean byteLevel) {
    return switch (kind) {
      case "BPE" ->
          BytePair.of(
              vocabulary,
              new BytePair.Options(
                  byteLevel,
                  node.truth("byte_fallback", false),
                  ignoresMerges(),
                  node.truth("fuse_unk", false),
                  unknown,
                  node.text("continuing_subword_prefix", ""),
                  node.text("end_of_word_suffix", "")),
              left,
              right,
              true);
      case "Unigram" -> {
        var matched = new ArrayList<Integer>();
        double lowest = Double.MAX_VALUE;
        for (int id = 0; id < scores.size(); id++) {
          matched.add(id);
          lowest = Math.min(lowest, scores.get(id));
        }
        yield new Unigram(
            vocabulary, scores, matched, lowest, unknown, node.truth("byte_fallback", false));
      }
      case "WordPiece" ->
          WordPiece.of(
              vocabulary,
              unknown.orElseThrow(
                  () ->
                      TokenizerErrors.invalid(
                          "The unknown token \"%s\" is not in the vocabulary.",
                          "未知词元“%s”不在词表中。", node.text("unk_token", "[UNK]"))),
              "",
              node.text("continuing_subword_prefix", "##"),
              node.find("max_input_chars_per_word").map(Node::integer).orElse(100));
      default -> new WordLevel(vocabulary, unknown);
    };
  }
}
