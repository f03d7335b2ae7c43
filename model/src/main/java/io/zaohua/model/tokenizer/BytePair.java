package io.zaohua.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Byte-pair encoding by merge ranks (Sennrich et al. 2016; byte-level as in GPT-2, with byte
 * fallback as in Llama 2's tokenizer.json).
 */
final class BytePair implements TokenModel {
  /** Up to this many symbols a scan for the best pair beats the heap. */
  private static final int SCANNED = 40;

  private static final char SPACE_MARK = '▁';

  /**
   * How words become symbols.
   *
   * @param byteLevel the word is raw text and its UTF-8 bytes are the symbols
   * @param byteFallback characters outside the vocabulary become {@code <0xNN>} pieces
   * @param ignoreMerges a word that is a piece is taken whole
   * @param fuseUnknown neighbouring unknown characters become one unknown token
   * @param continuingPrefix before every character but a word's first
   * @param endSuffix after a word's last character
   */
  record Options(
      boolean byteLevel,
      boolean byteFallback,
      boolean ignoreMerges,
      boolean fuseUnknown,
      OptionalInt unknown,
      String continuingPrefix,
      String endSuffix) {
    static Options byteLevel(boolean ignoreMerges) {
      return new Options(true, false, ignoreMerges, false, OptionalInt.empty(), "", "");
    }
  }

  private final Vocabulary vocabulary;
  private final Options options;
  private final PairTable merges;
  private final int[] byteIds = new int[256];
  private final int[] bytePieces;
  private final boolean cutsAtSpaceMark;

  private BytePair(
      Vocabulary vocabulary, Options options, PairTable merges, boolean crossesSpaceMark) {
    this.vocabulary = vocabulary;
    this.options = options;
    this.merges = merges;
    for (int b = 0; b < 256; b++) {
      byteIds[b] = vocabulary.id(String.valueOf(ByteAlphabet.character(b)));
    }
    this.bytePieces = options.byteFallback() ? vocabulary.bytePieces() : new int[0];
    this.cutsAtSpaceMark =
        !crossesSpaceMark
            && !options.byteLevel()
            && !options.ignoreMerges()
            && options.continuingPrefix().isEmpty()
            && options.endSuffix().isEmpty()
            && vocabulary.id(String.valueOf(SPACE_MARK)) >= 0;
  }

  /**
   * @param left first halves of the merges, in rank order
   * @param right second halves
   * @param strict refuse a merge of pieces outside the vocabulary, else leave it out
   */
  static BytePair of(
      Vocabulary vocabulary,
      Options options,
      List<String> left,
      List<String> right,
      boolean strict) {
    var table = new PairTable(left.size());
    boolean crosses = false;
    int prefix = options.continuingPrefix().length();
    for (int rank = 0; rank < left.size(); rank++) {
      String first = left.get(rank);
      String second = right.get(rank);
      String merged = first + (second.length() >= prefix ? second.substring(prefix) : second);
      int a = vocabulary.id(first);
      int b = vocabulary.id(second);
      int both = vocabulary.id(merged);
      if (a >= 0 && b >= 0 && both >= 0) {
        table.put(a, b, rank, both, !strict);
        crosses |= crossesSpaceMark(first, second);
      } else if (strict) {
        throw TokenizerErrors.invalid(
            "Merge %d joins \"%s\" and \"%s\", and not all of them are in the vocabulary.",
            "第 %d 条合并规则连接“%s”与“%s”,但它们不全在词表中。", rank, first, second);
      }
    }
    return new BytePair(vocabulary, options, table, crosses);
  }

  /** Whether a merge joins something else to a space mark that follows it. */
  private static boolean crossesSpaceMark(String first, String second) {
    return !second.isEmpty()
        && second.charAt(0) == SPACE_MARK
        && !first.isEmpty()
        && first.charAt(first.length() - 1) != SPACE_MARK;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /**
   * Whether merges cannot cross from other text into a space mark, so that words may be cut there.
   */
  boolean cutsAtSpaceMark() {
    return cutsAtSpaceMark;
  }

  @Override
  public void encode(String word, Ids out) {
    if (word.isEmpty()) {
      return;
    }
    if (options.ignoreMerges()) {
      int whole = vocabulary.id(options.byteLevel() ? ByteAlphabet.spell(word) : word);
      if (whole >= 0) {
        out.add(whole);
        return;
      }
    }
    int[] symbols;
    int count;
    if (options.byteLevel()) {
      byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
      symbols = new int[utf8.length];
      count = 0;
      for (byte b : utf8) {
        int id = byteIds[b & 0xFF];
        if (id >= 0) {
          symbols[count++] = id;
        } else if (options.unknown().isPresent()) {
          symbols[count++] = options.unknown().getAsInt();
        }
      }
    } else {
      var found = new Ids(word.length() + 4);
      characters(word, found);
      symbols = found.toArray();
      count = symbols.length;
    }
    out.addAll(symbols, merge(symbols, count));
  }

  private void characters(String word, Ids out) {
    int unknowns = 0;
    for (int at = 0; at < word.length(); ) {
      int end = at + Character.charCount(word.codePointAt(at));
      String symbol = word.substring(at, end);
      if (at > 0) {
        symbol = options.continuingPrefix() + symbol;
      }
      if (end == word.length()) {
        symbol += options.endSuffix();
      }
      at = end;
      int id = vocabulary.id(symbol);
      if (id >= 0) {
        unknowns = flush(unknowns, out);
        out.add(id);
      } else if (!options.byteFallback() || !addBytes(symbol, out)) {
        unknowns = options.fuseUnknown() ? 1 : unknowns + 1;
      }
    }
    flush(unknowns, out);
  }

  private int flush(int unknowns, Ids out) {
    for (int i = 0; i < unknowns && options.unknown().isPresent(); i++) {
      out.add(options.unknown().getAsInt());
    }
    return 0;
  }

  private boolean addBytes(String symbol, Ids out) {
    byte[] utf8 = symbol.getBytes(StandardCharsets.UTF_8);
    for (byte b : utf8) {
      if (bytePieces[b & 0xFF] < 0) {
        return false;
      }
    }
    for (byte b : utf8) {
      out.add(bytePieces[b & 0xFF]);
    }
    return true;
  }

  private int merge(int[] ids, int count) {
    if (count > SCANNED) {
      int[] starts = new int[count + 1];
      for (int i = 0; i <= count; i++) {
        starts[i] = i;
      }
      return MergeQueue.merge(ids, starts, count, (left, right, _, _) -> merges.find(left, right));
    }
    long[] found = new long[count];
    Arrays.fill(found, -1);
    for (int i = 0; i + 1 < count; i++) {
      found[i] = merges.find(ids[i], ids[i + 1]);
    }
    while (true) {
      int best = -1;
      long bestRank = Long.MAX_VALUE;
      for (int i = 0; i + 1 < count; i++) {
        if (found[i] >= 0 && found[i] >>> 32 < bestRank) {
          bestRank = found[i] >>> 32;
          best = i;
        }
      }
      if (best < 0) {
        return count;
      }
      ids[best] = (int) found[best];
      count--;
      System.arraycopy(ids, best + 2, ids, best + 1, count - best - 1);
      System.arraycopy(found, best + 2, found, best + 1, count - best - 1);
      found[best] = best + 1 < count ? merges.find(ids[best], ids[best + 1]) : -1;
      if (best > 0) {
        found[best - 1] = merges.find(ids[best - 1], ids[best]);
      }
    }
  }
}
