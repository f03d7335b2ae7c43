package io.zaohua.model.family;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.quant.Dequantizer;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * GGUF metadata read as the config.json it came from, so that one mapping per family serves both.
 * Facts: gguf-py/gguf/constants.py and src/llama-model.cpp of llama.cpp.
 */
public final class GgufConfig {
  /** What GGUF cannot say stands under this prefix as JSON text, by its key in config.json. */
  public static final String EXTRA = "zaohua.config.";

  /** Names the family where the architecture does not. */
  public static final String FAMILY = "zaohua.family";

  /** In GGUF the output projection has its bias or not by itself. */
  static final String OUT_BIAS = "attention_out_bias";

  private GgufConfig() {}

  /** The configuration that {@code metadata} and the presence of tensors describe. */
  public static Config read(Family family, Metadata metadata, TensorFile file) {
    var json = plain(family, metadata, file).json().deepCopy();
    for (var key : metadata.values().keySet()) {
      if (key.startsWith(EXTRA)) {
        var value = Config.readTree(metadata.string(key).orElseThrow());
        json.set(key.substring(EXTRA.length()), value);
      }
    }
    return new Config(json).or(family.defaults());
  }

  private static Config plain(Family family, Metadata metadata, TensorFile file) {
    String arch = metadata.string("general.architecture").orElse(family.architecture()) + ".";
    var values = new LinkedHashMap<String, Object>();
    for (var key : family.ggufKeys()) {
      metadata
          .find(arch + key.gguf())
          .ifPresent(v -> values.put(key.config(), number(arch + key.gguf(), v)));
    }
    file.find("token_embd.weight")
        .ifPresent(embedding -> values.put("vocab_size", embedding.rows()));
    boolean bias = has(file, "blk.0.attn_q.bias") || has(file, "blk.0.attn_qkv.bias");
    values.put("tie_word_embeddings", !has(file, "output.weight"));
    values.put("attention_bias", bias);
    values.put("mlp_bias", has(file, "blk.0.ffn_up.bias"));
    if (bias != has(file, "blk.0.attn_output.bias")) {
      values.put(OUT_BIAS, !bias);
    }
    metadata
        .integer(arch + "attention.sliding_window")
        .filter(w -> w > 0)
        .ifPresentOrElse(
            w -> values.put("sliding_window", w),
            () -> values.put("sliding_window", NullNode.getInstance()));
    layerTypes(metadata, arch, values);
    values.put("rope_parameters", rope(metadata, arch, file));
    return family.fromGguf(new Config(objectOf(values)), metadata, file);
  }

  private static ObjectNode objectOf(Map<String, Object> values) {
    return (ObjectNode) Config.json(values);
  }

  static boolean has(TensorFile file, String tensor) {
    return file.find(tensor).isPresent();
  }

  /** A number, or a list of equal numbers (some writers give one a layer). */
  private static Object number(String key, GgufValue value) {
    return switch (value) {
      // The shortest decimal of the f32, as config.json has it.
      case GgufValue.Scalar s when s.type() == GgufValue.Type.F32 ->
          Double.valueOf(Float.toString((float) s.number()));
      case GgufValue.Scalar s when s.type().floating() -> s.number();
      case GgufValue.Scalar s -> s.integer();
      case GgufValue.Numbers n when n.size() > 0 && equal(n) -> n.integer(0);
      case GgufValue.Array _, GgufValue.Text _ ->
          throw new UserError(
              UserError.Kind.UNSUPPORTED,
              Message.of(
                  "The GGUF key %s has no single number; the same number for all layers was"
                      + " expected.",
                  "GGUF 键 %s 不是单个数;应为各层相同的数。", key),
              Message.of("Use a model whose layers are alike.", "请使用各层相同的模型。"));
    };
  }

  private static boolean equal(GgufValue.Numbers numbers) {
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.integer(i) != numbers.integer(0)) {
        return false;
      }
    }
    return true;
  }

  /** The pattern is true for each sliding layer, or n: every n-th layer is full. */
  private static void layerTypes(Metadata metadata, String arch, Map<String, Object> values) {
    String key = arch + "attention.sliding_window_pattern";
    var pattern = metadata.find(key);
    if (pattern.isEmpty()) {
      return;
    }
    if (pattern.get() instanceof GgufValue.Scalar s) {
      values.put("sliding_window_pattern", s.integer());
      return;
    }
    var types = new ArrayList<String>();
    for (int sliding : metadata.ints(key)) {
      types.add(sliding != 0 ? "sliding_attention" : "full_attention");
    }
    values.put("layer_types", types);
  }

  private static Map<String, Object> rope(Metadata metadata, String arch, TensorFile file) {
    var rope = new LinkedHashMap<String, Object>();
    String scaling = arch + "rope.scaling.";
    metadata.number(arch + "rope.freq_base").ifPresent(t -> rope.put("rope_theta", t));
    metadata
        .integer(arch + "rope.dimension_count")
        .ifPresent(
            dims -> {
              long head =
                  metadata
                      .integer(arch + "attention.key_length")
                      .orElseGet(() -> headSize(metadata, arch));
              if (head > 0 && dims != head) {
                rope.put("partial_rotary_factor", fraction(dims, head));
              }
            });
    double factor =
        metadata
            .number(scaling + "factor")
            .or(() -> metadata.number(arch + "rope.scale_linear"))
            .filter(f -> f != 0)
            .orElse(1.0);
    metadata
        .integer(scaling + "original_context_length")
        .ifPresent(n -> rope.put("original_max_position_embeddings", n));
    var longFactors = file.find("rope_factors_long.weight");
    var shortFactors = file.find("rope_factors_short.weight");
    var divisors = file.find("rope_freqs.weight");
    if (longFactors.isPresent() && shortFactors.isPresent()) {
      rope.put("rope_type", "longrope");
      rope.put("long_factor", floats(file, longFactors.get()));
      rope.put("short_factor", floats(file, shortFactors.get()));
      metadata.number(scaling + "attn_factor").ifPresent(f -> rope.put("attention_factor", f));
    } else if (divisors.isPresent()) {
      rope.put("rope_type", "divisors");
      rope.put("divisors", floats(file, divisors.get()));
    } else if (metadata.string(scaling + "type").filter("yarn"::equals).isPresent()) {
      yarn(metadata, scaling, factor, rope);
    } else if (factor != 1) {
      rope.put("rope_type", "linear");
      rope.put("factor", factor);
    }
    return rope;
  }

  private static void yarn(
      Metadata metadata, String scaling, double factor, Map<String, Object> rope) {
    rope.put("rope_type", "yarn");
    rope.put("factor", factor);
    metadata.number(scaling + "yarn_beta_fast").ifPresent(b -> rope.put("beta_fast", b));
    metadata.number(scaling + "yarn_beta_slow").ifPresent(b -> rope.put("beta_slow", b));
    // llama.cpp multiplies what YaRN recommends by this.
    metadata
        .number(scaling + "attn_factor")
        .ifPresent(f -> rope.put("attention_factor", f * (0.1 * Math.log(factor) + 1)));
  }

  private static long headSize(Metadata metadata, String arch) {
    long heads =
        metadata
            .find(arch + "attention.head_count")
            .map(v -> v instanceof GgufValue.Scalar s ? s.integer() : 0L)
            .orElse(0L);
    return heads <= 0 ? 0 : metadata.integer(arch + "embedding_length").orElse(0L) / heads;
  }

  /** The factor that truncates back to {@code dims}. */
  static double fraction(long dims, long head) {
    double fraction = (double) dims / head;
    return (int) (head * fraction) == dims ? fraction : Math.nextUp(fraction);
  }

  /** A small f32 vector. */
  private static List<Float> floats(TensorFile file, TensorInfo tensor) {
    if (tensor.elements() > 1024) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The tensor %s has %d elements, at most 1024 were expected.",
              "张量 %s 有 %d 个元素,至多应为 1024 个。", tensor.name(), tensor.elements()),
          Message.of("Export the model again.", "请重新导出模型。"));
    }
    float[] values = new float[(int) tensor.elements()];
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(Math.max(1, tensor.bytes()));
      file.read(tensor, 0, bytes.asSlice(0, tensor.bytes()));
      Dequantizer.of(tensor.type()).decode(bytes, 0, values.length, values, 0);
    }
    var list = new ArrayList<Float>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }
}
