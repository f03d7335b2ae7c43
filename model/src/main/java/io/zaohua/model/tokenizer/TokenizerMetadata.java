package io.zaohua.model.tokenizer;

import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.Metadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What GGUF keeps of a tokenizer under {@code tokenizer.ggml.}, as plain lists. Keys of {@code ids}
 * and {@code flags} are GGUF's without that prefix: {@code bos_token_id}, {@code add_bos_token}.
 *
 * @param model the kind: gpt2, llama, bert, t5
 * @param pre the name of the pre-tokenizer, empty if the file has none
 * @param tokens the pieces in the order of their ids
 * @param scores by id, empty if the file has none
 * @param types by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; may be
 *     empty
 * @param merges two pieces with a space between them, in rank order
 * @param ids special tokens by role
 * @param flags truth values by key
 * @param charsmap SentencePiece's precompiled normalisation, empty if there is none
 * @param notes for the one who writes the file: what it cannot say, one sentence each
 */
public record TokenizerMetadata(
    String model,
    String pre,
    List<String> tokens,
    List<Float> scores,
    List<Integer> types,
    List<String> merges,
    Map<String, Integer> ids,
    Map<String, Boolean> flags,
    List<Byte> charsmap,
    List<String> notes) {
  private static final String PREFIX = "tokenizer.ggml.";

  public static final int NORMAL = 1;
  public static final int UNKNOWN = 2;
  public static final int CONTROL = 3;
  public static final int USER_DEFINED = 4;
  public static final int UNUSED = 5;
  public static final int BYTE = 6;

  public TokenizerMetadata {
    tokens = List.copyOf(tokens);
    scores = List.copyOf(scores);
    types = List.copyOf(types);
    merges = List.copyOf(merges);
    ids = Map.copyOf(ids);
    flags = Map.copyOf(flags);
    charsmap = List.copyOf(charsmap);
    notes = List.copyOf(notes);
    if (tokens.isEmpty()) {
      throw TokenizerErrors.invalid(
          "The tokenizer has no tokens, tokenizer.ggml.tokens was expected.",
          "分词器没有词元,应有 tokenizer.ggml.tokens。");
    }
    checkLength("scores", scores.size(), tokens.size());
    checkLength("token_type", types.size(), tokens.size());
  }

  private static void checkLength(String key, int length, int tokens) {
    if (length != 0 && length != tokens) {
      throw TokenizerErrors.invalid(
          "tokenizer.ggml.%s has %d entries for %d tokens.",
          "tokenizer.ggml.%s 有 %d 项,而词元有 %d 个。", key, length, tokens);
    }
  }

  /** What a GGUF file says. */
  public static TokenizerMetadata of(Metadata file) {
    var scores = new ArrayList<Float>();
    for (float score : file.floats(PREFIX + "scores")) {
      scores.add(score);
    }
    var types = new ArrayList<Integer>();
    for (int type : file.ints(PREFIX + "token_type")) {
      types.add(type);
    }
    var charsmap = new ArrayList<Byte>();
    for (int value : file.ints(PREFIX + "precompiled_charsmap")) {
      charsmap.add((byte) value);
    }
    var ids = new HashMap<String, Integer>();
    var flags = new HashMap<String, Boolean>();
    file.values()
        .forEach(
            (key, value) -> {
              if (key.startsWith(PREFIX) && value instanceof GgufValue.Scalar scalar) {
                String name = key.substring(PREFIX.length());
                if (scalar.type() == GgufValue.Type.BOOL) {
                  flags.put(name, scalar.truth());
                } else if (name.endsWith("_token_id") && scalar.integer() == (int) scalar.bits()) {
                  ids.put(name, (int) scalar.integer());
                }
              }
            });
    return new TokenizerMetadata(
        file.string(PREFIX + "model").orElse(""),
        file.string(PREFIX + "pre").orElse(""),
        file.strings(PREFIX + "tokens"),
        scores,
        types,
        file.strings(PREFIX + "merges"),
        ids,
        flags,
        charsmap,
        List.of());
  }

  /** The tokenizer these values describe. */
  public Tokenizer tokenizer() {
    return new GgufTokenizer(this).tokenizer();
  }

  /**
   * The same as tokenizer.json and tokenizer_config.json.
   *
   * @throws io.zaohua.model.UserError if the kind has no form there
   */
  public TokenizerFiles files() {
    return new JsonExport(this).files();
  }

  int type(int id) {
    return types.isEmpty() ? NORMAL : types.get(id);
  }

  /** The id of a role, empty if absent or outside the vocabulary. */
  OptionalInt id(String key) {
    Integer id = ids.get(key);
    return id == null || id < 0 || id >= tokens.size() ? OptionalInt.empty() : OptionalInt.of(id);
  }

  Optional<Boolean> flag(String key) {
    return Optional.ofNullable(flags.get(key));
  }
}
