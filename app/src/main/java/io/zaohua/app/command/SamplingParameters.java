package io.zaohua.app.command;

import io.zaohua.app.terminal.Console;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.engine.sample.SamplingOptions.Dry;
import io.zaohua.engine.sample.SamplingOptions.Mirostat;
import io.zaohua.engine.sample.SamplingOptions.Xtc;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.GenerationDefaults;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
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
      names = {"--repetition-penalty", "--repeat-penalty"},
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
      names = "--repeat-last-n",
      paramLabel = "N",
      description = "The three penalties look N tokens back, default 64; -1: all.")
  private Optional<Integer> lastN = Optional.empty();

  @Option(
      names = {"--dry", "--dry-multiplier"},
      paramLabel = "X",
      description = "DRY multiplier against repeated runs; 0: off.")
  private Optional<Double> dry = Optional.empty();

  @Option(
      names = "--dry-base",
      paramLabel = "X",
      description = "DRY: what each token more multiplies by, default 1.75.")
  private Optional<Double> dryBase = Optional.empty();

  @Option(
      names = "--dry-allowed-length",
      paramLabel = "N",
      description = "DRY: runs shorter than N tokens are free, default 2.")
  private Optional<Integer> dryAllowed = Optional.empty();

  @Option(
      names = "--dry-last-n",
      paramLabel = "N",
      description = "DRY looks N tokens back; -1, the default: all.")
  private Optional<Integer> dryLastN = Optional.empty();

  @Option(
      names = "--dry-breaker",
      paramLabel = "S",
      description =
          "DRY: a text across which no run counts, in place of the usual ones. Can be repeated.")
  private List<String> dryBreakers = new ArrayList<>();

  @Option(
      names = {"--xtc", "--xtc-probability"},
      paramLabel = "P",
      description = "XTC: how often the top choices are excluded; 0: off.")
  private Optional<Double> xtc = Optional.empty();

  @Option(
      names = "--xtc-threshold",
      paramLabel = "P",
      description = "XTC: a choice this probable counts as a top one, default 0.1.")
  private Optional<Double> xtcThreshold = Optional.empty();

  @Option(
      names = {"--mirostat", "--mirostat-tau"},
      paramLabel = "TAU",
      description = "Mirostat 2 with this target surprise, such as 5.")
  private Optional<Double> mirostat = Optional.empty();

  @Option(
      names = "--mirostat-eta",
      paramLabel = "ETA",
      description = "Mirostat 2: how fast it corrects itself, default 0.1.")
  private Optional<Double> mirostatEta = Optional.empty();

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=X",
      converter = {TokenId.class, Bias.class},
      description = "Added to a token's logit; -inf forbids it. Can be repeated.")
  private Map<Integer, Double> bias = new HashMap<>();

  private static final class TokenId implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      return Integer.valueOf(value);
    }
  }

  /** A number, or -inf as llama.cpp and the help spell it. */
  private static final class Bias implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      return value.equals("-inf") ? Double.NEGATIVE_INFINITY : Double.valueOf(value);
    }
  }

  /** Whether anything was asked for that only matters when tokens are drawn at random. */
  boolean draws() {
    return given(topK, topP, minP, typical, seed, xtc, mirostat);
  }

  /** Whether anything at all was asked for. */
  boolean given() {
    return draws()
        || given(temperature, repetition, presence, frequency, lastN, dry)
        || !bias.isEmpty();
  }

  private static boolean given(Optional<?>... options) {
    return Arrays.stream(options).anyMatch(Optional::isPresent);
  }

  /**
   * Says what is wrong with the values before a model is loaded.
   *
   * @throws UserError of kind USAGE
   */
  void check() {
    needs("--dry", dry.isPresent(), "--dry-base", dryBase.isPresent());
    needs("--dry", dry.isPresent(), "--dry-allowed-length", dryAllowed.isPresent());
    needs("--dry", dry.isPresent(), "--dry-last-n", dryLastN.isPresent());
    needs("--dry", dry.isPresent(), "--dry-breaker", !dryBreakers.isEmpty());
    needs("--xtc", xtc.isPresent(), "--xtc-threshold", xtcThreshold.isPresent());
    needs("--mirostat", mirostat.isPresent(), "--mirostat-eta", mirostatEta.isPresent());
    if (seed.isPresent() && seed.get() < 0) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("A seed of %d is negative.", "种子 %d 为负。", seed.get()),
          new Message("Leave --seed out for a new one each time.", "不指定 --seed 则每次不同。"));
    }
    SamplingOptions _ = asUsage(() -> over(SamplingOptions.defaults()));
  }

  /** Refuses an option that was given without the one it belongs to. */
  static void needs(String first, boolean there, String second, boolean given) {
    if (given && !there) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("%s means something with %s only.", "%s 仅与 %s 同用。", second, first),
          Message.of("Add %s.", "请加上 %s。", first));
    }
  }

  /** A value made of options; what is wrong with it is wrong use of the command line. */
  static <T> T asUsage(Supplier<T> made) {
    try {
      return made.get();
    } catch (UserError e) {
      throw new UserError(UserError.Kind.USAGE, e.fact(), e.remedy(), e);
    }
  }

  /**
   * Says what does not fit this model.
   *
   * @throws UserError of kind USAGE
   */
  void checkFits(LanguageModel model) {
    for (int id : bias.keySet()) {
      if (id >= model.spec().vocabulary()) {
        throw new UserError(
            UserError.Kind.USAGE,
            Message.of(
                "--logit-bias names token %d, but the last one of this model is %d.",
                "--logit-bias 指定了词元 %d,但该模型的最后一个词元是 %d。", id, model.spec().vocabulary() - 1),
            new Message("tokenize shows the ids of a text.", "tokenize 可显示文本的词元编号。"));
      }
    }
  }

  /** What the model's makers recommend, over the usual defaults; what cannot be is passed over. */
  static SamplingOptions recommended(Console console, LanguageModel model) {
    GenerationDefaults made = model.checkpoint().generation();
    SamplingOptions o = SamplingOptions.defaults();
    o = advised(console, o, made.temperature(), SamplingOptions::withTemperature);
    o = advised(console, o, made.topP(), SamplingOptions::withTopP);
    o = advised(console, o, made.topK(), SamplingOptions::withTopK);
    o = advised(console, o, made.minP(), SamplingOptions::withMinP);
    return advised(console, o, made.repetitionPenalty(), SamplingOptions::withRepetitionPenalty);
  }

  private static <T> SamplingOptions advised(
      Console console,
      SamplingOptions usual,
      Optional<T> advice,
      BiFunction<SamplingOptions, T, SamplingOptions> with) {
    try {
      return advice.isPresent() ? with.apply(usual, advice.get()) : usual;
    } catch (UserError e) {
      console.note(
          new Message(
              "What the model's makers recommend is passed over. " + e.fact().english(),
              "忽略模型作者的建议。" + e.fact().chinese()));
      return usual;
    }
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
    o = lastN.isPresent() ? o.withPenaltyLastN(lastN.get()) : o;
    o = dry.isPresent() ? o.withDry(dry(o.dry())) : o;
    if (xtc.isPresent()) {
      o = o.withXtc(new Xtc(xtc.get(), xtcThreshold.orElse(o.xtc().threshold())));
    }
    if (mirostat.isPresent()) {
      o = o.withMirostat(new Mirostat(2, mirostat.get(), mirostatEta.orElse(o.mirostat().eta())));
    }
    o = bias.isEmpty() ? o : o.withLogitBias(bias);
    return seed.isPresent() ? o.withSeed(seed.get()) : o;
  }

  private Dry dry(Dry usual) {
    return new Dry(
        dry.orElse(usual.multiplier()),
        dryBase.orElse(usual.base()),
        dryAllowed.orElse(usual.allowedLength()),
        dryLastN.orElse(usual.lastN()),
        dryBreakers.isEmpty() ? usual.breakers() : dryBreakers);
  }
}
