package io.zaohua.learn.chat;

import java.util.Arrays;
import java.util.BitSet;

/** Token ids, and which of them are learned: as what follows the tokens before them. */
public final class Example {
  private final int[] ids;
  private final BitSet learned;

  /**
   * @param ids all tokens
   * @param learned places of the tokens that count in the loss; the first token never does, since
   *     nothing stands before it
   */
  public Example(int[] ids, BitSet learned) {
    this.ids = ids.clone();
    this.learned = learned.get(0, ids.length);
    this.learned.clear(0);
  }

  /** Every token but the first is learned. */
  public static Example whole(int[] ids) {
    BitSet all = new BitSet();
    all.set(0, ids.length);
    return new Example(ids, all);
  }

  public int length() {
    return ids.length;
  }

  public int[] ids() {
    return ids.clone();
  }

  public int id(int place) {
    return ids[place];
  }

  public boolean learned(int place) {
    return learned.get(place);
  }

  /** Number of tokens that are learned. */
  public int learnedTokens() {
    return learned.cardinality();
  }

  /** The first token that is learned; the length where none is. */
  public int firstLearned() {
    int first = learned.nextSetBit(0);
    return first < 0 ? ids.length : first;
  }

  /** The last token that is learned; -1 where none is. */
  public int lastLearned() {
    return learned.length() - 1;
  }

  /** Its first {@code tokens} tokens. */
  public Example cut(int tokens) {
    return tokens >= ids.length ? this : new Example(Arrays.copyOf(ids, tokens), learned);
  }
}
