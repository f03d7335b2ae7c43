package io.zaohua.engine.sample;

/**
 * Drops what is less probable than {@code p} times the likeliest (Nguyen et al., arXiv 2407.01082).
 */
record MinP(double p) implements Cut {
  @Override
  public void apply(Candidates candidates) {
    candidates.keepFrom(candidates.max() + StrictMath.log(p));
  }
}
