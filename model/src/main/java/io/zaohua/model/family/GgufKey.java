package io.zaohua.model.family;

import java.util.List;
import java.util.stream.Stream;

/**
 * A number that GGUF and config.json both hold. Names: gguf-py/gguf/constants.py of llama.cpp.
 *
 * @param gguf the key after {@code ARCHITECTURE.}
 * @param config the key in config.json
 */
public record GgufKey(String gguf, String config) {
  /** The keys of all Llama-like families. */
  static final List<GgufKey> STANDARD =
      List.of(
          new GgufKey("context_length", "max_position_embeddings"),
          new GgufKey("embedding_length", "hidden_size"),
          new GgufKey("block_count", "num_hidden_layers"),
          new GgufKey("feed_forward_length", "intermediate_size"),
          new GgufKey("attention.head_count", "num_attention_heads"),
          new GgufKey("attention.head_count_kv", "num_key_value_heads"),
          new GgufKey("attention.key_length", "head_dim"),
          new GgufKey("attention.layer_norm_rms_epsilon", "rms_norm_eps"));

  /** {@link #STANDARD} and more. */
  static List<GgufKey> and(GgufKey... more) {
    return Stream.concat(STANDARD.stream(), Stream.of(more)).toList();
  }
}
