package io.zaohua.engine.sample;

/**
 * Mirostat 2 (Basu et al. 2021, arXiv 2007.14966, algorithm 2): drops tokens more surprising than
 * {@code mu} bits, draws, and moves {@code mu} so that the surprise seen approaches {@code tau}.
 */
final class MirostatDraw implements Draw {
  private static final double LN_2 = 0.6931471805599453;

  private final double tau;
  private final double eta;
  private final SplitMix64 random;
  private double mu;

  MirostatDraw(SamplingOptions.Mirostat options, SplitMix64 random) {
    this.tau = options.tau();
    this.eta = options.eta();
    this.random = random;
    this.mu = 2 * tau;
  }

  @Override
  public int from(Candidates candidates) {
    double logTotal = StrictMath.log(candidates.total());
    candidates.keepFrom(candidates.max() + Math.min(0, logTotal - mu * LN_2));
    double total = candidates.total();
    int drawn = SeededDraw.index(candidates, total, random);
    double surprise = -StrictMath.log(candidates.weight(drawn) / total) / LN_2;
    mu -= eta * (surprise - tau);
    return candidates.id(drawn);
  }

  /** The most surprise allowed now, in bits. */
  double mu() {
    return mu;
  }
}
