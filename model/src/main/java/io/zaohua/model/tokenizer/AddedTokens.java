package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Tokens that are found in the text before anything else: control tokens and added words. */
final class AddedTokens {
  /**
   * One of them.
   *
   * @param singleWord only where no word character stands beside it
   * @param stripLeft takes the white space before it along
   * @param stripRight takes the white space after it along
   * @param normalized is looked for in the normalised text
   * @param special is looked for only when special tokens are parsed
   */
  record Added(
      int id,
      String content,
      boolean singleWord,
      boolean stripLeft,
      boolean stripRight,
      boolean normalized,
      boolean special) {
    static Added plain(int id, String content, boolean special) {
      return new Added(id, content, false, false, false, false, special);
    }
  }

  /** A stretch of text, or an added token where {@code id} is not negative. */
  record Segment(int start, String text, int id) {}

  private final List<Added> tokens;
  private final PieceTrie raw = new PieceTrie();
  private final PieceTrie rawPlain = new PieceTrie();
  private final PieceTrie normal = new PieceTrie();
  private final PieceTrie normalPlain = new PieceTrie();

  AddedTokens(List<Added> tokens, UnaryOperator<String> normalizer) {
    this.tokens = List.copyOf(tokens);
    for (int i = 0; i < tokens.size(); i++) {
      var token = tokens.get(i);
      String content = token.normalized() ? normalizer.apply(token.content()) : token.content();
      if (content.isEmpty()) {
        continue;
      }
      (token.normalized() ? normal : raw).put(content, i);
      if (!token.special()) {
        (token.normalized() ? normalPlain : rawPlain).put(content, i);
      }
    }
  }

  List<Added> tokens() {
    return tokens;
  }

  /** Cuts at the leftmost longest matches. */
  List<Segment> split(String text, boolean normalized, boolean parseSpecial) {
    var trie = normalized ? (parseSpecial ? normal : normalPlain) : (parseSpecial ? raw : rawPlain);
    if (trie.isEmpty()) {
      return List.of(new Segment(0, text, -1));
    }
    var segments = new ArrayList<Segment>();
    int plain = 0;
    for (int at = 0; at < text.length(); ) {
      int found = -1;
      int stop = at;
      int node = PieceTrie.ROOT;
      for (int end = at; end < text.length(); ) {
        node = trie.child(node, text.charAt(end++));
        if (node < 0) {
          break;
        }
        if (trie.value(node) >= 0) {
          found = trie.value(node);
          stop = end;
        }
      }
      if (found < 0) {
        at++;
        continue;
      }
      var token = tokens.get(found);
      if (token.singleWord() && besideWord(text, at, stop)) {
        at = stop;
        continue;
      }
      int start = at;
      while (token.stripLeft() && start > Math.min(plain, at) && isSpace(text, start - 1)) {
        start--;
      }
      int end = stop;
      while (token.stripRight() && end < text.length() && isSpace(text, end)) {
        end++;
      }
      if (plain < start) {
        segments.add(new Segment(plain, text.substring(plain, start), -1));
      }
      segments.add(new Segment(start, text.substring(start, end), token.id()));
      plain = end;
      // As in Hugging Face's library, a token may start in white space that the last one took.
      at = stop;
    }
    if (plain < text.length()) {
      segments.add(new Segment(plain, text.substring(plain), -1));
    }
    return segments;
  }

  private static boolean isSpace(String text, int at) {
    return CodePoints.isWhiteSpace(text.charAt(at));
  }

  private static boolean besideWord(String text, int start, int end) {
    return (start > 0 && CodePoints.isWord(text.codePointBefore(start)))
        || (end < text.length() && CodePoints.isWord(text.codePointAt(end)));
  }
}
