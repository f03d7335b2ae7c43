package io.zaohua.engine.sample;

/**
 * Nucleus sampling (Holtzman et al. 2019, arXiv 1904.09751): the fewest likeliest tokens whose
 * probabilities sum to at least {@code p}.
 */
record TopP(double p) implements Cut {
  @Override
  public void apply(Candidates candidates) {
    double total = candidates.total();
    // Tokens below (1 - p) / n sum to less than 1 - p together: none is in the nucleus, none need
    // be sorted. The small step down leaves rounding on the safe side.
    double least = (1 - p) / candidates.size() * total;
    candidates.keepFrom(Math.min(0, StrictMath.log(least)) + candidates.max() - 0.001);
    candidates.sort();
    double sum = 0;
    int count = 0;
    while (count < candidates.size() && (count == 0 || sum < p * total)) {
      sum += candidates.weight(count++);
    }
    candidates.keepRange(0, count);
  }
}
