package io.zaohua.model.family;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.spec.Rope;
import java.util.List;
import java.util.Optional;

/**
 * Rotary positions out of a configuration, in both dialects: {@code rope_parameters} (flat, or one
 * object a layer type), and {@code rope_theta} with {@code rope_scaling}. Facts:
 * modeling_rope_utils.py of transformers 5.24.
 *
 * @param config the model's configuration
 * @param values the parameters that apply
 */
record RopeParameters(Config config, Config values) {

  /** For families whose layers all turn alike, or by layer type where the configuration says so. */
  static Rope of(Config config, int headSize, String layerType) {
    var rope = config.object("rope_scaling").or(() -> config.object("rope_parameters"));
    if (rope.isEmpty()) {
      return new RopeParameters(config, Config.empty()).rope(headSize);
    }
    var nested = rope.get().json();
    if (nested.has("full_attention") || nested.has("sliding_attention")) {
      return rope.get()
          .object(layerType)
          .map(values -> new RopeParameters(config, values).rope(headSize))
          .orElse(Rope.NONE);
    }
    return new RopeParameters(config, rope.get()).rope(headSize);
  }

  Rope rope(int headSize) {
    double theta =
        values
            .number("rope_theta")
            .or(() -> config.number("rope_theta"))
            .or(() -> config.number("rotary_emb_base"))
            .orElse(10000.0);
    double part =
        values
            .number("partial_rotary_factor")
            .or(() -> config.number("partial_rotary_factor"))
            .or(() -> config.number("rotary_pct"))
            .orElse(1.0);
    int dims = (int) (headSize * part);
    if (dims == 0) {
      return Rope.NONE;
    }
    var scaling = scaling();
    switch (scaling) {
      case Rope.Scaling.Divisors(var divisors) -> check(divisors, dims);
      case Rope.Scaling.LongRope l -> {
        check(l.shortFactors(), dims);
        check(l.longFactors(), dims);
      }
      case Rope.Scaling.None _, Rope.Scaling.Linear _, Rope.Scaling.DynamicNtk _ -> {}
      case Rope.Scaling.Llama3 _, Rope.Scaling.Yarn _ -> {}
    }
    return new Rope(dims, single(theta), scaling);
  }

  private static void check(List<Float> factors, int dims) {
    if (factors.size() != dims / 2 || factors.stream().anyMatch(f -> !(f > 0))) {
      throw invalid(
          "The rotary positions have %d factors, %d positive ones were expected.",
          "旋转位置有 %d 个因子,应为 %d 个正数。", factors.size(), dims / 2);
    }
  }

  private static UserError invalid(String english, String chinese, Object... args) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(english, chinese, args),
        Message.of("Check config.json or the GGUF metadata.", "请检查 config.json 或 GGUF 元数据。"));
  }

  /** A factor that positions are divided by. */
  private double needFactor() {
    double factor = single(values.needNumber("factor"));
    if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
      throw invalid(
          "The rope factor is %s, a positive number was expected.",
          "rope 的 factor 为 %s,应为正数。", factor);
    }
    return factor;
  }

  /** torch computes the frequencies in f32, and GGUF stores f32. */
  private static double single(double value) {
    return (float) value;
  }

  private Rope.Scaling scaling() {
    String type = values.text("rope_type").or(() -> values.text("type")).orElse("default");
    return switch (type) {
      case "default", "mrope" -> new Rope.Scaling.None();
      case "linear" -> new Rope.Scaling.Linear(needFactor());
      case "dynamic" ->
          new Rope.Scaling.DynamicNtk(needFactor(), config.needInteger("max_position_embeddings"));
      case "llama3" ->
          new Rope.Scaling.Llama3(
              needFactor(),
              single(values.needNumber("low_freq_factor")),
              single(values.needNumber("high_freq_factor")),
              original());
      case "yarn" -> yarn();
      case "longrope", "su" -> longRope();
      case "divisors" -> new Rope.Scaling.Divisors(values.numbers("divisors"));
      default ->
          throw new UserError(
              UserError.Kind.UNSUPPORTED,
              Message.of(
                  "The rope type %s is unknown; known are default, linear, dynamic, llama3, yarn"
                      + " and longrope.",
                  "未知的 rope 类型 %s;已知的有 default、linear、dynamic、llama3、yarn 和 longrope。", type),
              Message.of("Use a model with one of these.", "请使用其中之一的模型。"));
    };
  }

  /** A value beside the parameters goes first (Phi-3). */
  private int original() {
    int original =
        config
            .integer("original_max_position_embeddings")
            .or(() -> values.integer("original_max_position_embeddings"))
            .orElseGet(() -> config.needInteger("max_position_embeddings"));
    if (original < 1) {
      throw invalid(
          "The original context is %d positions, at least 1 was expected.",
          "原始上下文为 %d 个位置,至少应为 1。", original);
    }
    return original;
  }

  private double factor(int original) {
    return values.has("factor")
        ? needFactor()
        : config.needInteger("max_position_embeddings") / (double) original;
  }

  private Rope.Scaling yarn() {
    int original = original();
    double factor = factor(original);
    var scale = values.number("mscale").filter(m -> m != 0);
    var all = values.number("mscale_all_dim").filter(m -> m != 0);
    double attention =
        values
            .number("attention_factor")
            .orElseGet(
                () ->
                    scale.isPresent() && all.isPresent()
                        ? magnitude(factor, scale) / magnitude(factor, all)
                        : magnitude(factor, Optional.of(1.0)));
    return new Rope.Scaling.Yarn(
        single(factor),
        original,
        single(values.number("beta_fast").filter(b -> b != 0).orElse(32.0)),
        single(values.number("beta_slow").filter(b -> b != 0).orElse(1.0)),
        single(attention),
        values.find("truncate").map(t -> t.asBoolean(true)).orElse(true));
  }

  private static double magnitude(double factor, Optional<Double> scale) {
    return factor <= 1 ? 1 : 0.1 * scale.orElse(1.0) * Math.log(factor) + 1;
  }

  private Rope.Scaling longRope() {
    int original = original();
    double factor = factor(original);
    double attention =
        values
            .number("attention_factor")
            .orElseGet(
                () -> factor <= 1 ? 1.0 : Math.sqrt(1 + Math.log(factor) / Math.log(original)));
    return new Rope.Scaling.LongRope(
        values.numbers("short_factor"), values.numbers("long_factor"), original, single(attention));
  }
}
