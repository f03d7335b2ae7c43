package io.zaohua.engine.sample;

/** Keeps the {@code k} likeliest (Fan et al. 2018, arXiv 1805.04833). */
record TopK(int k) implements Cut {
  @Override
  public void apply(Candidates candidates) {
    candidates.keepTop(k);
  }
}
