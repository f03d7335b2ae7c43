package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Learns a tokenizer from text. The same text and settings give the same files, on any number of
 * threads.
 *
 * @param kind the model
 * @param size pieces to learn at most, special tokens and bytes counted
 * @param special control tokens, the first ids; which one ends a text, begins it or pads is told by
 *     its spelling
 * @param pattern for byte-level BPE: how text is cut into words, by the name that GGUF has for it
 * @param threads how many threads read
 */
public record TokenizerTraining(
    Kind kind, int size, List<String> special, String pattern, int threads) {
  /** What is learned. */
  public enum Kind {
    /** Byte-level byte-pair encoding. */
    BPE,
    /** Independent pieces (Kudo 2018), other characters as bytes. */
    UNIGRAM
  }

  private static final String UNKNOWN = "<unk>";

  /**
   * What was learned.
   *
   * @param files as Hugging Face's libraries load them
   * @param pieces how many there are
   */
  public record Learned(TokenizerFiles files, int pieces) {}

  public TokenizerTraining {
    special = List.copyOf(special);
    if (new HashSet<>(special).size() != special.size() || special.contains("")) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("Special tokens are different and not empty.", "特殊词元须各不相同且不为空。"),
          Message.of("Name each once.", "每个只写一次。"));
    }
    int least = special.size() + (kind == Kind.BPE ? 256 : 257) + 1;
    if (size < least || size > 10_000_000) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "A vocabulary of %d pieces was asked for, from %d to 10000000 are possible.",
              "要求的词表大小为 %d,可以是 %d 到 10000000。", size, least),
          Message.of("32000 is usual.", "常用 32000。"));
    }
    if (kind == Kind.BPE && PreTokenizerNames.expressions(pattern).isEmpty()) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("No pattern is called %s.", "没有名为 %s 的切分方式。", pattern),
          Message.of(
              "Choose one of %s.", "请从 %s 中选择。", String.join(", ", PreTokenizerNames.NAMES)));
    }
  }

  /**
   * Learns from UTF-8 text files.
   *
   * @throws UserError if a file cannot be read, or there is no text
   */
  public Learned run(List<Path> texts, Consumer<Message> progress) {
    var counts = WordCounts.of(texts, words(), Math.clamp(threads, 1, 64));
    if (counts.size() == 0) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("The files hold no text.", "文件中没有文本。"),
          Message.of("Give UTF-8 text files.", "请给出 UTF-8 文本文件。"));
    }
    progress.accept(
        Message.of(
            "%,d characters read, %,d different words.",
            "已读 %,d 个字符,共 %,d 个不同的词。", counts.characters(), counts.size()));
    if (counts.forgotten() > 0) {
      progress.accept(
          Message.of(
              "%,d rare words were left out for want of memory; a larger heap"
                  + " (ZAOHUA_JAVA_OPTS=-Xmx8g) keeps them.",
              "因内存不足略去了 %,d 个罕见词;加大堆(ZAOHUA_JAVA_OPTS=-Xmx8g)可保留它们。", counts.forgotten()));
    }
    TokenizerMetadata metadata =
        switch (kind) {
          case BPE -> bytePairs(counts.sorted());
          case UNIGRAM -> unigram(counts.sorted());
        };
    return new Learned(metadata.files(), metadata.tokens().size());
  }

  private PreTokenizer words() {
    return switch (kind) {
      case BPE ->
          new PreTokenizer.Sequence(
              PreTokenizerNames.expressions(pattern).orElseThrow().stream()
                  .map(GgufTokenizer::isolating)
                  .toList());
      case UNIGRAM -> new PreTokenizer.Metaspace("▁", PreTokenizer.Metaspace.Prepend.ALWAYS, true);
    };
  }

  private TokenizerMetadata bytePairs(List<WordCounts.Word> words) {
    var learned = BytePairTraining.of(words, special, size);
    if (learned.merges().isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The text has no two characters that stand together more than once.",
              "文本中没有两个字符不止一次相邻出现。"),
          Message.of("Give more text.", "请给出更多文本。"));
    }
    var types = new ArrayList<>(Collections.nCopies(special.size(), TokenizerMetadata.CONTROL));
    types.addAll(
        Collections.nCopies(learned.pieces().size() - special.size(), TokenizerMetadata.NORMAL));
    return new TokenizerMetadata(
        "gpt2",
        pattern,
        learned.pieces(),
        List.of(),
        types,
        learned.merges(),
        roles(learned.pieces()),
        Map.of("add_bos_token", false, "add_eos_token", false),
        List.of(),
        List.of());
  }

  private TokenizerMetadata unigram(List<WordCounts.Word> words) {
    var tokens = new ArrayList<String>();
    var types = new ArrayList<Integer>();
    tokens.add(UNKNOWN);
    types.add(TokenizerMetadata.UNKNOWN);
    for (String token : special) {
      if (!token.equals(UNKNOWN)) {
        tokens.add(token);
        types.add(TokenizerMetadata.CONTROL);
      }
    }
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
      types.add(TokenizerMetadata.BYTE);
    }
    var learned = UnigramTraining.of(words, size - tokens.size());
    // Bytes are for what no piece stands for: nothing spells them, and nothing is less likely.
    float lowest = learned.scores().isEmpty() ? 0 : learned.scores().getLast();
    var scores = new ArrayList<>(Collections.nCopies(tokens.size(), lowest));
    scores.set(0, 0f);
    tokens.addAll(learned.pieces());
    scores.addAll(learned.scores());
    types.addAll(Collections.nCopies(learned.pieces().size(), TokenizerMetadata.NORMAL));
    return new TokenizerMetadata(
        "t5",
        "default",
        tokens,
        scores,
        types,
        List.of(),
        roles(tokens),
        Map.of("add_bos_token", false, "add_eos_token", false, "add_space_prefix", true),
        List.of(),
        List.of());
  }

  /** The usual spellings; of several ends the first counts. */
  private Map<String, Integer> roles(List<String> tokens) {
    Map<String, Integer> roles = new HashMap<>();
    for (String token : special) {
      Optional<String> role =
          switch (token) {
            case "<s>", "<bos>", "[BOS]", "<|startoftext|>", "<|begin_of_text|>" ->
                Optional.of("bos_token_id");
            case "<unk>", "[UNK]" -> Optional.of("unknown_token_id");
            case "<pad>", "[PAD]", "<|pad|>" -> Optional.of("padding_token_id");
            default ->
                EndTokens.ends(token) ? Optional.of("eos_token_id") : Optional.<String>empty();
          };
      role.ifPresent(r -> roles.putIfAbsent(r, tokens.indexOf(token)));
    }
    if (kind == Kind.UNIGRAM) {
      roles.put("unknown_token_id", 0);
    }
    return roles;
  }
}
