package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Text to ids and back, as the checkpoint was trained with. Made by {@link TokenizerMetadata}
 * (GGUF) or {@link TokenizerJson}. Safe for many threads.
 */
public final class Tokenizer {
  /** Words that were split recently, by their hash; a race only costs a second split. */
  private static final int CACHE_SLOTS = 1 << 14;

  private static final int LONGEST_CACHED = 64;

  private static final class Split {
    private final String word;
    private final int[] ids;

    private Split(String word, int[] ids) {
      this.word = word;
      this.ids = ids;
    }
  }

  /**
   * The parts, in the order a text goes through them.
   *
   * @param prefix ids that a prompt starts with
   * @param suffix ids that a prompt ends with
   * @param special ids that are control tokens
   * @param literal ids whose piece is text as it stands, whatever the decoder
   */
  record Parts(
      TokenModel model,
      AddedTokens added,
      Normalizer normalizer,
      Optional<PreTokenizer> preTokenizer,
      Decoder decoder,
      List<Integer> prefix,
      List<Integer> suffix,
      SpecialTokens specialTokens,
      BitSet special,
      BitSet literal,
      List<String> notes) {}

  private final Parts parts;
  private final Vocabulary vocabulary;
  private final List<String> extraPieces;
  private final Split[] cache = new Split[CACHE_SLOTS];

  Tokenizer(Parts parts) {
    this.parts = parts;
    this.vocabulary = parts.model().vocabulary();
    int size = vocabulary.size();
    for (var token : parts.added().tokens()) {
      size = Math.max(size, token.id() + 1);
    }
    var extra = new ArrayList<String>();
    for (int id = vocabulary.size(); id < size; id++) {
      extra.add("");
    }
    for (var token : parts.added().tokens()) {
      if (token.id() >= vocabulary.size()) {
        extra.set(token.id() - vocabulary.size(), token.content());
      }
    }
    this.extraPieces = List.copyOf(extra);
  }

  /**
   * The ids of a text, nothing added before or after.
   *
   * @param parseSpecial whether control tokens written in the text become what they say; of text
   *     from users they should not
   */
  public int[] encode(String text, boolean parseSpecial) {
    var out = new Ids(text.length() / 3 + 8);
    encode(text, parseSpecial, out);
    return out.toArray();
  }

  /** The same between the ids that the checkpoint wants around a prompt, such as BOS. */
  public int[] encodePrompt(String text, boolean parseSpecial) {
    var out = new Ids(text.length() / 3 + 8);
    parts.prefix().forEach(out::add);
    encode(text, parseSpecial, out);
    parts.suffix().forEach(out::add);
    return out.toArray();
  }

  /**
   * A prompt to go on from: with the ids before it (BOS), without those that would end it; BOS is
   * not doubled where the text, a chat template's, says it already.
   */
  public int[] encodeOpenPrompt(String text, boolean parseSpecial) {
    int[] ids = encode(text, parseSpecial);
    int[] prefix = parts.prefix().stream().mapToInt(Integer::intValue).toArray();
    if (prefix.length == 0
        || (ids.length >= prefix.length
            && Arrays.equals(prefix, Arrays.copyOf(ids, prefix.length)))) {
      return ids;
    }
    var out = new Ids(prefix.length + ids.length);
    out.addAll(prefix);
    out.addAll(ids);
    return out.toArray();
  }

  /** The text of the ids, control tokens spelled out. */
  public String decode(int[] ids) {
    return decode(ids, false);
  }

  /** The text of the ids, from the start of a text, with or without control tokens. */
  public String decode(int[] ids, boolean skipSpecial) {
    var decoder = stream(true, skipSpecial);
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.accept(id));
    }
    return text.append(decoder.finish()).toString();
  }

  /**
   * A decoder for ids that come one by one.
   *
   * @param textStart whether the first id starts a text; false for a continuation, whose leading
   *     space counts
   * @param skipSpecial whether control tokens give nothing
   */
  public StreamingDecoder stream(boolean textStart, boolean skipSpecial) {
    return new StreamingDecoder(this, textStart, skipSpecial);
  }

  /** One more than the largest id; a model may have more rows. */
  public int vocabularySize() {
    return vocabulary.size() + extraPieces.size();
  }

  /** Ids that a prompt starts with. */
  List<Integer> prefix() {
    return parts.prefix();
  }

  /** Ids that a prompt ends with. */
  List<Integer> suffix() {
    return parts.suffix();
  }

  /** The ids with a meaning of their own. */
  public SpecialTokens specialTokens() {
    return parts.specialTokens();
  }

  public OptionalInt bos() {
    return parts.specialTokens().bos();
  }

  public OptionalInt eos() {
    return parts.specialTokens().eos();
  }

  public OptionalInt eot() {
    return parts.specialTokens().eot();
  }

  public OptionalInt pad() {
    return parts.specialTokens().pad();
  }

  /** The ids at which generation stops. */
  public Set<Integer> ends() {
    return parts.specialTokens().ends();
  }

  /** The piece as the vocabulary spells it. */
  public String piece(int id) {
    check(id);
    return id < vocabulary.size() ? vocabulary.piece(id) : extraPieces.get(id - vocabulary.size());
  }

  /** The bytes an id adds inside a text. */
  public byte[] bytes(int id) {
    return bytes(id, false);
  }

  byte[] bytes(int id, boolean first) {
    String piece = piece(id);
    if (parts.literal().get(id)) {
      return piece.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
    return parts.decoder().bytes(piece, first);
  }

  boolean dropsTrailingSpace() {
    return parts.decoder().dropsTrailingSpace();
  }

  /** Whether an id is a control token; false for ids outside the vocabulary. */
  public boolean special(int id) {
    return id >= 0 && parts.special().get(id);
  }

  /** The id of a piece, spelled as in the vocabulary. */
  public Optional<Integer> id(String piece) {
    int id = vocabulary.id(piece);
    if (id < 0) {
      int extra = piece.isEmpty() ? -1 : extraPieces.indexOf(piece);
      id = extra < 0 ? -1 : vocabulary.size() + extra;
    }
    return id < 0 ? Optional.empty() : Optional.of(id);
  }

  /** What was noticed while reading that may matter, one sentence each. */
  public List<String> notes() {
    return parts.notes();
  }

  private void check(int id) {
    if (id < 0 || id >= vocabularySize()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "Token id %d is outside the vocabulary of %d tokens.",
              "词元编号 %d 超出了大小为 %d 的词表。", id, vocabularySize()),
          Message.of("Use ids made with this model's tokenizer.", "请使用由该模型的分词器产生的编号。"));
    }
  }

  private void encode(String raw, boolean parseSpecial, Ids out) {
    String text = CodePoints.wellFormed(raw);
    if (text.isEmpty()) {
      return;
    }
    var words = new ArrayList<String>();
    for (var segment : parts.added().split(text, false, parseSpecial)) {
      if (segment.id() >= 0) {
        out.add(segment.id());
        continue;
      }
      String normal = parts.normalizer().apply(segment.text());
      for (var inner : parts.added().split(normal, true, parseSpecial)) {
        if (inner.id() >= 0) {
          out.add(inner.id());
        } else if (!inner.text().isEmpty()) {
          words.clear();
          boolean first = segment.start() == 0 && inner.start() == 0;
          if (parts.preTokenizer().isPresent()) {
            parts.preTokenizer().get().split(inner.text(), first, words);
          } else {
            words.add(inner.text());
          }
          for (String word : words) {
            encodeWord(word, out);
          }
        }
      }
    }
  }

  private void encodeWord(String word, Ids out) {
    if (word.length() > LONGEST_CACHED) {
      parts.model().encode(word, out);
      return;
    }
    int hash = word.hashCode();
    int slot = (hash ^ (hash >>> 15)) & (CACHE_SLOTS - 1);
    Split known = cache[slot];
    if (known != null && known.word.equals(word)) {
      out.addAll(known.ids);
      return;
    }
    int before = out.size();
    parts.model().encode(word, out);
    cache[slot] = new Split(word, out.since(before));
  }
}
