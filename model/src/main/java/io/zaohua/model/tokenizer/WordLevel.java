package io.zaohua.model.tokenizer;

import java.util.OptionalInt;

/** One token a word; others are unknown, or refused where there is no unknown token. */
record WordLevel(Vocabulary vocabulary, OptionalInt unknown) implements TokenModel {
  @Override
  public void encode(String word, Ids out) {
    int id = vocabulary.id(word);
    if (id < 0) {
      id =
          unknown.orElseThrow(
              () ->
                  TokenizerErrors.invalid(
                      "\"%s\" is outside the vocabulary, and the tokenizer has no unknown token.",
                      "“%s”不在词表中,而该分词器没有未知词元。", word));
    }
    out.add(id);
  }
}
