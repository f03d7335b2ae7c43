package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** From tokenizer.json to the metadata that GGUF has for a tokenizer. */
final class GgufExport {
  private static final String SPACE_MARK = "▁";

  private final TokenizerJson source;
  private final JsonModel model;
  private final int size;
  private final Map<String, Boolean> flags = new HashMap<>();
  private final List<String> notes = new ArrayList<>();

  GgufExport(TokenizerJson source) {
    this.source = source;
    this.model = source.model();
    int size = model.vocabulary().size();
    for (var token : source.added()) {
      size = Math.max(size, token.id() + 1);
    }
    this.size = size;
  }

  TokenizerMetadata metadata() {
    boolean spelled =
        source.preTokenizers().stream().anyMatch(node -> node.type().equals("ByteLevel"));
    return switch (model.kind()) {
      case "BPE" -> spelled ? byteLevel() : sentencePiece();
      case "Unigram" -> unigram();
      case "WordPiece" -> wordPiece();
      default -> throw TokenizerErrors.unsupported("GGUF tokenizer for the model", model.kind());
    };
  }

  private TokenizerMetadata byteLevel() {
    var merges = new ArrayList<String>(model.left().size());
    for (int i = 0; i < model.left().size(); i++) {
      merges.add(model.left().get(i) + " " + model.right().get(i));
    }
    if (!model.node().text("end_of_word_suffix", "").isEmpty()) {
      notes.add("GGUF cannot say that words end in a suffix; other programs will split otherwise.");
    }
    if (source.root().find("normalizer").isPresent()) {
      notes.add(
          "GGUF cannot keep the normalizer of a byte-level tokenizer; unusual characters may be"
              + " split otherwise.");
    }
    return build("gpt2", pre(), pieces(), List.of(), types(), merges, List.of());
  }

  private String pre() {
    var wanted = new ArrayList<String>();
    for (var node : source.preTokenizers()) {
      expression(node).ifPresent(wanted::add);
    }
    var found = PreTokenizerNames.name(wanted, model.ignoresMerges());
    if (found.isEmpty()) {
      notes.add(
          "The pre-tokenizer "
              + wanted
              + " has no name in GGUF; \"default\" is written, and other programs will split"
              + " otherwise.");
    } else if (PreTokenizerNames.ignoresMerges(found.get()) != model.ignoresMerges()) {
      notes.add(
          "GGUF's pre-tokenizer "
              + found.get()
              + " treats whole words otherwise than this tokenizer does.");
    }
    return found.orElse("default");
  }

  /** The expression whose matches a step isolates, empty if it isolates nothing. */
  private Optional<String> expression(Node node) {
    return switch (node.type()) {
      case "ByteLevel" -> {
        if (node.truth("add_prefix_space", true)) {
          notes.add("GGUF cannot say that a space goes before the text.");
        }
        yield node.truth("use_regex", true)
            ? Optional.of(PreTokenizerNames.GPT2)
            : Optional.empty();
      }
      case "Digits" -> Optional.of(node.truth("individual_digits", false) ? "\\p{N}" : "\\p{N}+");
      case "Split" -> {
        var regex = node.get("pattern").find("Regex").map(Node::text);
        yield Optional.of(regex.orElseGet(() -> node.get("pattern").get("String").text()));
      }
      default -> Optional.of(node.type());
    };
  }

  private TokenizerMetadata sentencePiece() {
    Float[] scores = new Float[size];
    Arrays.fill(scores, -(float) (model.left().size() + size));
    for (int rank = model.left().size() - 1; rank >= 0; rank--) {
      int merged = model.vocabulary().id(model.left().get(rank) + model.right().get(rank));
      if (merged >= 0) {
        scores[merged] = -(float) rank;
      }
    }
    flags.put("add_space_prefix", prefixes());
    return build("llama", "default", pieces(), List.of(scores), types(), List.of(), List.of());
  }

  /** Whether a space mark goes before the text. */
  private boolean prefixes() {
    String normalizer = source.root().find("normalizer").map(n -> n.json().toString()).orElse("");
    boolean marked =
        source.preTokenizers().stream()
            .filter(node -> node.type().equals("Metaspace"))
            .anyMatch(
                node -> JsonPreTokenizers.prepend(node) != PreTokenizer.Metaspace.Prepend.NEVER);
    return marked || normalizer.contains("\"Prepend\"");
  }

  private TokenizerMetadata unigram() {
    var scores = new ArrayList<Float>(size);
    for (int id = 0; id < size; id++) {
      scores.add(id < model.scores().size() ? model.scores().get(id).floatValue() : 0f);
    }
    flags.put("add_space_prefix", prefixes());
    String normalizer = source.root().find("normalizer").map(n -> n.json().toString()).orElse("");
    flags.put("remove_extra_whitespaces", normalizer.contains("{2,}"));
    var charsmap = new ArrayList<Byte>();
    source.root().find("normalizer").ifPresent(node -> addCharsmap(node, charsmap));
    return build("t5", "default", pieces(), scores, types(), List.of(), charsmap);
  }

  private static void addCharsmap(Node node, List<Byte> out) {
    if (node.type().equals("Precompiled")) {
      for (byte b : JsonNormalizers.charsmap(node)) {
        out.add(b);
      }
    } else if (node.type().equals("Sequence")) {
      node.get("normalizers").items().forEach(inner -> addCharsmap(inner, out));
    }
  }

  /** GGUF marks the pieces that start a word, tokenizer.json those that do not. */
  private TokenizerMetadata wordPiece() {
    String prefix = model.node().text("continuing_subword_prefix", "##");
    var types = types();
    var pieces = new ArrayList<>(pieces());
    for (int id = 0; id < size; id++) {
      String piece = pieces.get(id);
      if (types.get(id) == TokenizerMetadata.NORMAL) {
        pieces.set(
            id, piece.startsWith(prefix) ? piece.substring(prefix.length()) : SPACE_MARK + piece);
      }
    }
    var normalizer = source.root().find("normalizer");
    if (normalizer.filter(n -> n.type().equals("BertNormalizer")).isPresent()) {
      boolean lowercase = normalizer.get().truth("lowercase", true);
      flags.put("normalizer.lowercase", lowercase);
      flags.put("normalizer.strip_accents", normalizer.get().truth("strip_accents", lowercase));
    } else {
      flags.put("normalizer.lowercase", false);
      notes.add("GGUF's bert kind always normalises as BERT does; this tokenizer does not.");
    }
    return build("bert", "default", pieces, List.of(), types, List.of(), List.of());
  }

  private List<String> pieces() {
    var pieces = new ArrayList<String>(size);
    for (int id = 0; id < size; id++) {
      String piece = model.vocabulary().piece(id);
      pieces.add(piece.isEmpty() ? "[PAD" + id + "]" : piece);
    }
    for (var token : source.added()) {
      pieces.set(token.id(), token.content());
    }
    return pieces;
  }

  private List<Integer> types() {
    var types = new ArrayList<Integer>(size);
    boolean bytes = model.kind().equals("BPE") && model.node().truth("byte_fallback", false);
    for (int id = 0; id < size; id++) {
      String piece = model.vocabulary().piece(id);
      boolean isByte = bytes && Decoder.Step.ByteFallback.value(piece) >= 0;
      types.add(
          piece.isEmpty()
              ? TokenizerMetadata.UNUSED
              : isByte ? TokenizerMetadata.BYTE : TokenizerMetadata.NORMAL);
    }
    for (var token : source.added()) {
      types.set(
          token.id(), token.special() ? TokenizerMetadata.CONTROL : TokenizerMetadata.USER_DEFINED);
    }
    boolean marksUnknown =
        !source.preTokenizers().stream().anyMatch(node -> node.type().equals("ByteLevel"));
    if (marksUnknown && model.unknown().isPresent()) {
      types.set(model.unknown().getAsInt(), TokenizerMetadata.UNKNOWN);
    }
    return types;
  }

  private TokenizerMetadata build(
      String kind,
      String pre,
      List<String> pieces,
      List<Float> scores,
      List<Integer> types,
      List<String> merges,
      List<Byte> charsmap) {
    var roles = source.specialTokens();
    var frame = source.frame(roles);
    var ids = new HashMap<String, Integer>();
    put(ids, "bos_token_id", roles.bos());
    put(ids, "eos_token_id", roles.eos());
    put(ids, "eot_token_id", roles.eot());
    put(ids, "unknown_token_id", roles.unknown());
    put(ids, "padding_token_id", roles.pad());
    put(ids, "mask_token_id", source.role("mask"));
    if (kind.equals("bert")) {
      frame.before().stream().findFirst().ifPresent(id -> ids.put("bos_token_id", id));
      frame.after().stream().findFirst().ifPresent(id -> ids.put("seperator_token_id", id));
    }
    flags.put("add_bos_token", !frame.before().isEmpty());
    flags.put("add_eos_token", !frame.after().isEmpty());
    if (!frame.before().isEmpty() && roles.bos().isEmpty()) {
      ids.put("bos_token_id", frame.before().getFirst());
    }
    if (!frame.after().isEmpty() && roles.eos().isEmpty()) {
      ids.put("eos_token_id", frame.after().getLast());
    }
    return new TokenizerMetadata(
        kind, pre, pieces, scores, types, merges, ids, flags, charsmap, notes);
  }

  private static void put(Map<String, Integer> ids, String key, OptionalInt id) {
    id.ifPresent(value -> ids.put(key, value));
  }
}
