package io.zaohua.model.tokenizer;

/**
 * Longest match first from the left (BERT); a word that cannot be covered is one unknown token.
 *
 * @param starts the pieces that may start a word
 * @param inside the pieces that may stand inside one, without their prefix
 * @param longestWord words of more code points are unknown
 */
record WordPiece(
    Vocabulary vocabulary, int unknown, PieceTrie starts, PieceTrie inside, int longestWord)
    implements TokenModel {

  /**
   * @param startPrefix before a piece that starts a word, empty in tokenizer.json
   * @param continuingPrefix before a piece inside a word, {@code ##} in tokenizer.json
   */
  static WordPiece of(
      Vocabulary vocabulary,
      int unknown,
      String startPrefix,
      String continuingPrefix,
      int longestWord) {
    return new WordPiece(
        vocabulary,
        unknown,
        pieces(vocabulary, startPrefix),
        pieces(vocabulary, continuingPrefix),
        longestWord);
  }

  private static PieceTrie pieces(Vocabulary vocabulary, String prefix) {
    var pieces = new PieceTrie();
    for (int id = 0; id < vocabulary.size(); id++) {
      String piece = vocabulary.piece(id);
      if (piece.startsWith(prefix) && vocabulary.id(piece) == id) {
        pieces.put(piece.substring(prefix.length()), id);
      }
    }
    return pieces;
  }

  @Override
  public void encode(String word, Ids out) {
    int before = out.size();
    if (word.codePointCount(0, word.length()) > longestWord) {
      out.add(unknown);
      return;
    }
    for (int at = 0; at < word.length(); ) {
      var pieces = at == 0 ? starts : inside;
      int id = -1;
      int stop = at;
      int node = PieceTrie.ROOT;
      for (int end = at; end < word.length(); ) {
        node = pieces.child(node, word.charAt(end++));
        if (node < 0) {
          break;
        }
        if (pieces.value(node) >= 0) {
          id = pieces.value(node);
          stop = end;
        }
      }
      if (id < 0) {
        out.truncate(before);
        out.add(unknown);
        return;
      }
      out.add(id);
      at = stop;
    }
  }
}
