package io.zaohua.app.command;

import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.engine.sample.SamplingOptions.Dry;
import io.zaohua.engine.sample.SamplingOptions.Mirostat;
import io.zaohua.engine.sample.SamplingOptions.Xtc;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How tokens are drawn; what is not given keeps the default of whoever asks. */
final class SamplingParameters {
  @Option(names = "--temp", paramLabel = "T", description = "Temperature; 0: the likeliest always.")
  private Optional<Double> temperature = Optional.empty();

  @Option(names = "--top-k", paramLabel = "K", description = "Keep the K likeliest; 0: all.")
  private Optional<Integer> topK = Optional.empty();

  @Option(names = "--top-p", paramLabel = "P", description = "Keep tokens up to this probability.")
  private Optional<Double> topP = Optional.empty();

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Drop tokens below this share of the likeliest.")
  private Optional<Double> minP = Optional.empty();

  @Option(names = "--typical", paramLabel = "P", description = "Locally typical sampling; 1: off.")
  private Optional<Double> typical = Optional.empty();

  @Option(names = "--seed", paramLabel = "S", description = "The same seed gives the same text.")
  private Optional<Long> seed = Optional.empty();

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Above 1: tokens that occurred become less likely.")
  private Optional<Double> repetition = Optional.empty();

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      description = "Taken off the logit of tokens that occurred.")
  private Optional<Double> presence = Optional.empty();

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      description = "The same, as often as they occurred.")
  private Optional<Double> frequency = Optional.empty();

  @Option(
      names = "--dry",
      paramLabel = "X",
      description = "DRY multiplier against repeated runs; 0: off.")
  private Optional<Double> dry = Optional.empty();

  @Option(
      names = "--xtc",
      paramLabel = "P",
      description = "XTC: how often the top choices are excluded; 0: off.")
  private Optional<Double> xtc = Optional.empty();

  @Option(
      names = "--mirostat",
      paramLabel = "TAU",
      description = "Mirostat 2 with this target surprise, such as 5.")
  private Optional<Double> mirostat = Optional.empty();

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=X",
      description = "Added to a token's logit; -inf forbids it. Can be repeated.")
  private Map<Integer, Double> bias = new HashMap<>();

  /** Whether anything was asked for that only matters when tokens are drawn at random. */
  boolean draws() {
    return List.of(topK, topP, minP, typical, seed, xtc, mirostat).stream()
        .anyMatch(Optional::isPresent);
  }

  /** The options: what was given, over the defaults of whoever asks. */
  SamplingOptions over(SamplingOptions defaults) {
    SamplingOptions o = defaults;
    o = temperature.isPresent() ? o.withTemperature(temperature.get()) : o;
    o = topK.isPresent() ? o.withTopK(topK.get()) : o;
    o = topP.isPresent() ? o.withTopP(topP.get()) : o;
    o = minP.isPresent() ? o.withMinP(minP.get()) : o;
    o = typical.isPresent() ? o.withTypicalP(typical.get()) : o;
    o = repetition.isPresent() ? o.withRepetitionPenalty(repetition.get()) : o;
    o = presence.isPresent() ? o.withPresencePenalty(presence.get()) : o;
    o = frequency.isPresent() ? o.withFrequencyPenalty(frequency.get()) : o;
    if (dry.isPresent()) {
      Dry d = o.dry();
      o = o.withDry(new Dry(dry.get(), d.base(), d.allowedLength(), d.lastN(), d.breakers()));
    }
    o = xtc.isPresent() ? o.withXtc(new Xtc(xtc.get(), o.xtc().threshold())) : o;
    o =
        mirostat.isPresent()
            ? o.withMirostat(new Mirostat(2, mirostat.get(), o.mirostat().eta()))
            : o;
    o = bias.isEmpty() ? o : o.withLogitBias(bias);
    if (seed.isPresent()) {
      if (seed.get() < 0) {
        throw new UserError(
            UserError.Kind.USAGE,
            Message.of("A seed of %d is negative.", "种子 %d 为负。", seed.get()),
            new Message("Leave --seed out for a new one each time.", "不指定 --seed 则每次不同。"));
      }
      o = o.withSeed(seed.get());
    }
    return o;
  }
}
