package io.zaohua.model.tokenizer;

/**
 * Longest match first from the left (BERT); a word that cannot be covered is one unknown token.
 *
 * @param startPrefix before a piece that starts a word, empty in tokenizer.json
 * @param continuingPrefix before a piece inside a word, {@code ##} in tokenizer.json
 * @param longestWord words of more code points are unknown
 */
record WordPiece(
    Vocabulary vocabulary,
    int unknown,
    String startPrefix,
    String continuingPrefix,
    int longestPiece,
    int longestWord)
    implements TokenModel {

  static WordPiece of(
      Vocabulary vocabulary,
      int unknown,
      String startPrefix,
      String continuingPrefix,
      int longestWord) {
    int longest = 0;
    for (int id = 0; id < vocabulary.size(); id++) {
      longest = Math.max(longest, vocabulary.piece(id).length());
    }
    return new WordPiece(vocabulary, unknown, startPrefix, continuingPrefix, longest, longestWord);
  }

  @Override
  public void encode(String word, Ids out) {
    int before = out.size();
    if (word.codePointCount(0, word.length()) > longestWord) {
      out.add(unknown);
      return;
    }
    for (int at = 0; at < word.length(); ) {
      String prefix = at == 0 ? startPrefix : continuingPrefix;
      int end = Math.min(word.length(), at + longestPiece);
      int id = -1;
      while (end > at && (id = vocabulary.id(prefix + word.substring(at, end))) < 0) {
        end--;
      }
      if (id < 0) {
        out.truncate(before);
        out.add(unknown);
        return;
      }
      out.add(id);
      at = end;
    }
  }
}
