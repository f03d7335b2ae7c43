package io.zaohua.engine.sample;

import io.zaohua.model.Message;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How tokens are drawn. The defaults are those llama.cpp's users know (common/common.h), except
 * that DRY looks at the whole context.
 *
 * @param temperature logits are divided by it; 0 or less takes the likeliest token always
 * @param topK keep so many of the likeliest; 0 or -1 keeps all
 * @param topP keep the likeliest until their probabilities reach this sum; 1 keeps all
 * @param minP drop what is less probable than this share of the likeliest; 0 keeps all
 * @param typicalP keep what is closest to the expected surprise until this sum; 1 keeps all
 * @param logitBias added to the logits by token id; negative infinity forbids a token
 * @param seed same seed, same text; empty draws one
 */
public record SamplingOptions(
    double temperature,
    int topK,
    double topP,
    double minP,
    double typicalP,
    Penalties penalties,
    Dry dry,
    Xtc xtc,
    Mirostat mirostat,
    Map<Integer, Double> logitBias,
    OptionalLong seed) {

  public SamplingOptions {
    Bounds.finite("temperature", temperature, 0.8);
    Bounds.atLeast("top-k", topK, -1, 40);
    Bounds.between("top-p", topP, 0, 1, 0.95);
    Bounds.between("min-p", minP, 0, 1, 0.05);
    Bounds.between("typical", typicalP, 0, 1, 1);
    logitBias = Map.copyOf(logitBias);
    logitBias.forEach(SamplingOptions::checkBias);
  }

  /** llama.cpp's defaults, with a seed drawn for each sampler. */
  public static SamplingOptions defaults() {
    return new SamplingOptions(
        0.8,
        40,
        0.95,
        0.05,
        1.0,
        Penalties.OFF,
        Dry.OFF,
        Xtc.OFF,
        Mirostat.OFF,
        Map.of(),
        OptionalLong.empty());
  }

  /** Always the likeliest token. */
  public static SamplingOptions greedy() {
    return defaults().withTemperature(0);
  }

  /** The model's own distribution: temperature 1 and nothing cut. */
  public static SamplingOptions plain() {
    return defaults().withTemperature(1).withTopK(0).withTopP(1).withMinP(0);
  }

  public boolean isGreedy() {
    return temperature <= 0;
  }

  /**
   * Penalties for tokens among the last ones of the context, prompt included (as llama.cpp counts).
   *
   * @param repetition positive logits are divided by it, others multiplied; 1 is off
   * @param presence taken off once for each token that occurred
   * @param frequency taken off as often as the token occurred
   * @param lastN how many tokens back are looked at; -1 is all
   */
  public record Penalties(double repetition, double presence, double frequency, int lastN) {
    public static final Penalties OFF = new Penalties(1, 0, 0, 64);

    public Penalties {
      Bounds.between("repetition-penalty", repetition, 0.01, 100, 1);
      Bounds.between("presence-penalty", presence, -100, 100, 0);
      Bounds.between("frequency-penalty", frequency, -100, 100, 0);
      Bounds.atLeast("repeat-last-n", lastN, -1, 64);
    }

    boolean active() {
      return lastN != 0 && (repetition != 1 || presence != 0 || frequency != 0);
    }
  }

  /**
   * DRY ("don't repeat yourself"): a token that would extend a repeated run of {@code n} tokens
   * loses {@code multiplier * base ^ (n - allowedLength)}.
   *
   * @param multiplier 0 is off
   * @param allowedLength runs shorter than this are free
   * @param lastN how many tokens back are looked at; -1 is all
   * @param breakers texts across which no run counts
   */
  public record Dry(
      double multiplier, double base, int allowedLength, int lastN, List<String> breakers) {
    public static final Dry OFF = new Dry(0, 1.75, 2, -1, List.of("\n", ":", "\"", "*"));

    public Dry {
      Bounds.between("dry-multiplier", multiplier, 0, 1000, 0);
      Bounds.between("dry-base", base, 1, 100, 1.75);
      Bounds.atLeast("dry-allowed-length", allowedLength, 0, 2);
      Bounds.atLeast("dry-last-n", lastN, -1, -1);
      breakers = List.copyOf(breakers);
    }

    boolean active() {
      return multiplier > 0 && lastN != 0;
    }
  }

  /**
   * XTC ("exclude top choices"): now and then all likely tokens but the least likely of them go.
   *
   * @param probability how often; 0 is off
   * @param threshold what probability counts as likely; above 0.5 nothing can happen
   */
  public record Xtc(double probability, double threshold) {
    public static final Xtc OFF = new Xtc(0, 0.1);

    public Xtc {
      Bounds.between("xtc-probability", probability, 0, 1, 0);
      Bounds.between("xtc-threshold", threshold, 0, 1, 0.1);
    }

    boolean active() {
      return probability > 0 && threshold <= 0.5;
    }
  }

  /**
   * Mirostat 2 (Basu et al. 2021, arXiv 2007.14966) steers the text's surprise. When on, the cuts
   * (top-k, top-p, min-p, typical, XTC) are not used; penalties are.
   *
   * @param version 0 is off, 2 is on
   * @param tau the surprise aimed at, in bits
   * @param eta how fast it corrects
   */
  public record Mirostat(int version, double tau, double eta) {
    public static final Mirostat OFF = new Mirostat(0, 5, 0.1);

    public Mirostat {
      if (version != 0 && version != 2) {
        throw Bounds.outside(
            "mirostat", Integer.toString(version), Message.of("0 (off) or 2", "为 0(关闭)或 2"), 0);
      }
      Bounds.between("mirostat-tau", tau, 0, 100, 5);
      Bounds.between("mirostat-eta", eta, 0, 1, 0.1);
    }

    boolean active() {
      return version == 2;
    }
  }

  public SamplingOptions withTemperature(double value) {
    return new SamplingOptions(
        value, topK, topP, minP, typicalP, penalties, dry, xtc, mirostat, logitBias, seed);
  }

  public SamplingOptions withTopK(int value) {
    return new SamplingOptions(
        temperature, value, topP, minP, typicalP, penalties, dry, xtc, mirostat, logitBias, seed);
  }

  public SamplingOptions withTopP(double value) {
    return new SamplingOptions(
        temperature, topK, value, minP, typicalP, penalties, dry, xtc, mirostat, logitBias, seed);
  }

  public SamplingOptions withMinP(double value) {
    return new SamplingOptions(
        temperature, topK, topP, value, typicalP, penalties, dry, xtc, mirostat, logitBias, seed);
  }

  public SamplingOptions withTypicalP(double value) {
    return new SamplingOptions(
        temperature, topK, topP, minP, value, penalties, dry, xtc, mirostat, logitBias, seed);
  }

  public SamplingOptions withPenalties(Penalties value) {
    return new SamplingOptions(
        temperature, topK, topP, minP, typicalP, value, dry, xtc, mirostat, logitBias, seed);
  }

  public SamplingOptions withRepetitionPenalty(double value) {
    return withPenalties(
        new Penalties(value, penalties.presence(), penalties.frequency(), penalties.lastN()));
  }

  public SamplingOptions withPresencePenalty(double value) {
    return withPenalties(
        new Penalties(penalties.repetition(), value, penalties.frequency(), penalties.lastN()));
  }

  public SamplingOptions withFrequencyPenalty(double value) {
    return withPenalties(
        new Penalties(penalties.repetition(), penalties.presence(), value, penalties.lastN()));
  }

  public SamplingOptions withPenaltyLastN(int value) {
    return withPenalties(
        new Penalties(penalties.repetition(), penalties.presence(), penalties.frequency(), value));
  }

  public SamplingOptions withDry(Dry value) {
    return new SamplingOptions(
        temperature, topK, topP, minP, typicalP, penalties, value, xtc, mirostat, logitBias, seed);
  }

  public SamplingOptions withXtc(Xtc value) {
    return new SamplingOptions(
        temperature, topK, topP, minP, typicalP, penalties, dry, value, mirostat, logitBias, seed);
  }

  public SamplingOptions withMirostat(Mirostat value) {
    return new SamplingOptions(
        temperature, topK, topP, minP, typicalP, penalties, dry, xtc, value, logitBias, seed);
  }

  public SamplingOptions withLogitBias(Map<Integer, Double> value) {
    return new SamplingOptions(
        temperature, topK, topP, minP, typicalP, penalties, dry, xtc, mirostat, value, seed);
  }

  public SamplingOptions withSeed(long value) {
    return new SamplingOptions(
        temperature,
        topK,
        topP,
        minP,
        typicalP,
        penalties,
        dry,
        xtc,
        mirostat,
        logitBias,
        OptionalLong.of(value));
  }

  private static void checkBias(int token, double bias) {
    Bounds.atLeast("logit-bias (token id)", token, 0, "{}");
    if (!(bias == Double.NEGATIVE_INFINITY || Math.abs(bias) <= 1e6)) {
      throw Bounds.outside(
          "logit-bias of token " + token,
          Bounds.number(bias),
          Message.of(
              "between -1000000 and 1000000, or negative infinity",
              "在 -1000000 与 1000000 之间,或为负无穷"),
          0);
    }
  }
}
