package io.zaohua.model.tokenizer;

/** Splits one pre-tokenized word into pieces of the vocabulary. Safe for many threads. */
sealed interface TokenModel permits BytePair, ScoredPairs, Unigram, WordPiece, WordLevel {
  Vocabulary vocabulary();

  /** Appends the ids of a word. */
  void encode(String word, Ids out);
}
