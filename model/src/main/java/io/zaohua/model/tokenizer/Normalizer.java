package io.zaohua.model.tokenizer;

/** Rewrites a stretch of text before it is cut into words. */
interface Normalizer {
  Normalizer NONE = text -> text;

  String apply(String text);
}
