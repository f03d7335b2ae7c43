package io.zaohua.engine.sample;

import io.zaohua.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A chain of parts built from options, in llama.cpp's default order: allowed tokens, logit bias,
 * penalties, DRY, top-k, typical, top-p, min-p, XTC, temperature, draw. Parts that are off are not
 * in the chain. One sampler serves one sequence: it holds the generator's state. Not for use by two
 * threads at once.
 */
public final class Sampler implements TokenChooser {
  private final SamplingOptions options;
  private final DryBreakers breakers;
  private final long seed;
  private final List<LogitRule> rules;
  private final List<Cut> cuts;
  private final Draw draw;
  private final Candidates candidates = new Candidates();

  private Sampler(SamplingOptions options, DryBreakers breakers, List<LogitRule> first, long seed) {
    this.options = options;
    this.breakers = breakers;
    this.seed = seed;
    var random = new SplitMix64(seed);
    this.rules = rules(options, breakers, first);
    this.cuts = options.isGreedy() ? List.of() : cuts(options, random);
    this.draw =
        options.mirostat().active()
            ? new MirostatDraw(options.mirostat(), random)
            : new SeededDraw(random);
  }

  /** A sampler for text without DRY's breakers. */
  public static Sampler of(SamplingOptions options) {
    return of(options, DryBreakers.NONE);
  }

  /** A sampler; {@code breakers} are used only if DRY is on. */
  public static Sampler of(SamplingOptions options, DryBreakers breakers) {
    long seed = options.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
    return new Sampler(options, breakers, List.of(), seed);
  }

  /** A sampler for text of this tokenizer, DRY's breakers included. */
  public static Sampler of(SamplingOptions options, Tokenizer tokenizer) {
    return of(
        options,
        options.dry().active()
            ? DryBreakers.of(options.dry().breakers(), tokenizer)
            : DryBreakers.NONE);
  }

  /** A fresh sampler like this one, from the same seed, that draws only what is allowed. */
  public Sampler allowing(AllowedTokens allowed) {
    return new Sampler(options, breakers, List.of(new AllowedOnly(allowed)), seed);
  }

  /** The seed in use, to draw the same text again. */
  public long seed() {
    return seed;
  }

  @Override
  public int choose(float[] logits, TokenHistory context) {
    Logits.check(logits);
    for (LogitRule rule : rules) {
      rule.apply(logits, context);
    }
    if (options.isGreedy()) {
      return Logits.argmax(logits);
    }
    candidates.start(logits);
    for (Cut cut : cuts) {
      cut.apply(candidates);
    }
    return draw.from(candidates);
  }

  private static List<LogitRule> rules(
      SamplingOptions options, DryBreakers breakers, List<LogitRule> first) {
    var rules = new ArrayList<LogitRule>(first);
    if (!options.logitBias().isEmpty()) {
      rules.add(new LogitBias(options.logitBias()));
    }
    if (options.penalties().active()) {
      rules.add(new TokenPenalties(options.penalties()));
    }
    if (options.dry().active()) {
      rules.add(new DryPenalty(options.dry(), breakers));
    }
    return List.copyOf(rules);
  }

  private static List<Cut> cuts(SamplingOptions options, SplitMix64 random) {
    var cuts = new ArrayList<Cut>();
    if (!options.mirostat().active()) {
      if (options.topK() > 0) {
        cuts.add(new TopK(options.topK()));
      }
      if (options.typicalP() < 1) {
        cuts.add(new Typical(options.typicalP()));
      }
      if (options.topP() < 1) {
        cuts.add(new TopP(options.topP()));
      }
      if (options.minP() > 0) {
        cuts.add(new MinP(options.minP()));
      }
      if (options.xtc().active()) {
        cuts.add(new ExcludeTop(options.xtc().probability(), options.xtc().threshold(), random));
      }
    }
    if (options.temperature() != 1) {
      cuts.add(new Temperature(options.temperature()));
    }
    return List.copyOf(cuts);
  }
}
