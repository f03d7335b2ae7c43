package io.zaohua.engine.sample;

/** Draws by probability: the candidate in whose share of [0, 1) a random number falls. */
record SeededDraw(SplitMix64 random) implements Draw {
  @Override
  public int from(Candidates candidates) {
    return candidates.id(index(candidates, candidates.total(), random));
  }

  /** The index drawn, given the sum of weights. */
  static int index(Candidates candidates, double total, SplitMix64 random) {
    double left = random.nextDouble() * total;
    int drawn = 0;
    for (int i = 0; i < candidates.size(); i++) {
      double weight = candidates.weight(i);
      if (weight > 0) {
        drawn = i;
        left -= weight;
        if (left < 0) {
          break;
        }
      }
    }
    return drawn;
  }
}
