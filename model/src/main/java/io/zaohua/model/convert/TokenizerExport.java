package io.zaohua.model.convert;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.tokenizer.TokenizerMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The tokenizer's part of GGUF metadata. */
final class TokenizerExport {
  private static final String PREFIX = "tokenizer.ggml.";

  private final Map<String, GgufValue> metadata;
  private final List<Message> notes;

  private TokenizerExport(Map<String, GgufValue> metadata, List<Message> notes) {
    this.metadata = metadata;
    this.notes = notes;
  }

  /**
   * Adds the tokenizer's keys, and to {@code notes} what they cannot say.
   *
   * @throws UserError if it has more tokens than the model
   */
  static void of(Checkpoint checkpoint, Map<String, GgufValue> metadata, List<Message> notes) {
    var export = new TokenizerExport(metadata, notes);
    var tokenizer = export.read(checkpoint);
    if (tokenizer.isPresent()) {
      export.write(tokenizer.get(), checkpoint.spec().vocabulary());
    } else {
      export.writeNone(checkpoint);
    }
  }

  private Optional<TokenizerMetadata> read(Checkpoint checkpoint) {
    try {
      var tokenizer = checkpoint.tokenizerMetadata();
      if (tokenizer.isEmpty()) {
        notes.add(
            Message.of(
                "The model has no tokenizer: the file takes and gives token ids only.",
                "模型没有分词器:该文件只能输入和输出词元编号。"));
      }
      return tokenizer;
    } catch (UserError e) {
      if (e.kind() != UserError.Kind.UNSUPPORTED) {
        throw e;
      }
      notes.add(
          Message.of(
              "GGUF has no form for this tokenizer (%s): the file takes and gives token ids only.",
              "GGUF 没有这种分词器的形式(%s):该文件只能输入和输出词元编号。", e.fact().english()));
      return Optional.empty();
    }
  }

  /** llama.cpp accepts a file that says it has no tokenizer. */
  private void writeNone(Checkpoint checkpoint) {
    put("model", GgufValue.text("none"));
    var generation = checkpoint.generation();
    generation.beginToken().ifPresent(id -> put("bos_token_id", GgufValue.u32(id)));
    generation.endTokens().stream()
        .sorted()
        .findFirst()
        .ifPresent(id -> put("eos_token_id", GgufValue.u32(id)));
  }

  private void put(String key, GgufValue value) {
    metadata.put(PREFIX + key, value);
  }

  /** Lists are as long as the embedding table; what has no token is unused. */
  private void write(TokenizerMetadata tokenizer, int vocabulary) {
    int known = tokenizer.tokens().size();
    if (known > vocabulary) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The tokenizer has %d tokens, the model only %d.",
              "分词器有 %d 个词元,模型只有 %d 个。", known, vocabulary),
          Message.of("Use the tokenizer that belongs to the model.", "请使用该模型自己的分词器。"));
    }
    put("model", GgufValue.text(tokenizer.model()));
    if (!tokenizer.pre().isEmpty()) {
      put("pre", GgufValue.text(tokenizer.pre()));
    }
    var tokens = new ArrayList<>(tokenizer.tokens());
    for (int id = known; id < vocabulary; id++) {
      tokens.add("[PAD" + id + "]");
    }
    put("tokens", GgufValue.strings(tokens));
    if (!tokenizer.scores().isEmpty()) {
      float[] scores = new float[vocabulary];
      for (int id = 0; id < vocabulary; id++) {
        scores[id] = id < known ? tokenizer.scores().get(id) : -10_000;
      }
      put("scores", GgufValue.floats(scores));
    }
    if (!tokenizer.types().isEmpty() || known < vocabulary) {
      int[] types = new int[vocabulary];
      for (int id = 0; id < vocabulary; id++) {
        types[id] = id < known ? type(tokenizer, id) : TokenizerMetadata.UNUSED;
      }
      put("token_type", GgufValue.ints(types));
    }
    if (!tokenizer.merges().isEmpty()) {
      put("merges", GgufValue.strings(tokenizer.merges()));
    }
    new TreeMap<>(tokenizer.ids()).forEach((key, id) -> put(key, GgufValue.u32(id)));
    new TreeMap<>(tokenizer.flags()).forEach((key, flag) -> put(key, GgufValue.bool(flag)));
    if (!tokenizer.charsmap().isEmpty()) {
      long[] bytes = tokenizer.charsmap().stream().mapToLong(b -> b & 0xff).toArray();
      put("precompiled_charsmap", GgufValue.numbers(GgufValue.Type.U8, bytes));
    }
    tokenizer.notes().forEach(note -> notes.add(new Message(note, "分词器:" + note)));
  }

  private static int type(TokenizerMetadata tokenizer, int id) {
    return tokenizer.types().isEmpty() ? TokenizerMetadata.NORMAL : tokenizer.types().get(id);
  }
}
