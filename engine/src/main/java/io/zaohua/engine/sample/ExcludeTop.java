package io.zaohua.engine.sample;

/**
 * XTC, exclude top choices (p-e-w's proposal, text-generation-webui #6335): with {@code
 * probability}, of the tokens that reach {@code threshold} only the least likely stays.
 */
record ExcludeTop(double probability, double threshold, SplitMix64 random) implements Cut {
  @Override
  public void apply(Candidates candidates) {
    if (candidates.size() < 2 || random.nextDouble() >= probability) {
      return;
    }
    candidates.sort();
    double bar = threshold * candidates.total();
    int likely = 0;
    while (likely < candidates.size() && candidates.weight(likely) >= bar) {
      likely++;
    }
    if (likely > 1) {
      candidates.keepRange(likely - 1, candidates.size());
    }
  }
}
