package io.zaohua.model.convert;

import io.zaohua.model.family.Config;
import io.zaohua.model.family.Family;
import io.zaohua.model.family.GgufKey;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.FeedForward;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.Rope;
import io.zaohua.model.spec.TransformerSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys of GGUF that describe a stack. Facts: gguf-py/gguf/constants.py and src/models/ of
 * llama.cpp.
 */
final class GgufMetadata {
  private final Family family;
  private final Config config;
  private final TransformerSpec spec;
  private final Mixer.Attention attention;
  private final Map<String, GgufValue> values = new LinkedHashMap<>();

  private GgufMetadata(Family family, Config config, TransformerSpec spec) {
    this.family = family;
    this.config = config;
    this.spec = spec;
    this.attention = mixers().getFirst();
  }

  static Metadata of(Family family, Config config, TransformerSpec spec) {
    var metadata = new GgufMetadata(family, config, spec);
    metadata.write();
    return new Metadata(metadata.values);
  }

  private List<Mixer.Attention> mixers() {
    return spec.layers().stream().map(TransformerSpec.Layer::attention).toList();
  }

  private void put(String key, GgufValue value) {
    values.put(family.architecture() + "." + key, value);
  }

  private void write() {
    put("vocab_size", GgufValue.u32(spec.vocabulary()));
    for (var key : family.ggufKeys()) {
      number(key);
    }
    put("attention.head_count_kv", GgufValue.u32(attention.kvHeads()));
    put("attention.key_length", GgufValue.u32(attention.headSize()));
    put("attention.value_length", GgufValue.u32(attention.headSize()));
    if (family.name().equals("gpt_neox")) {
      put("use_parallel_residual", GgufValue.bool(spec.layers().getFirst().parallel()));
    }
    windows();
    if (attention.softCap() != 0) {
      put("attn_logit_softcapping", GgufValue.f32(attention.softCap()));
    }
    if (spec.head().softCap() != 0) {
      put("final_logit_softcapping", GgufValue.f32(spec.head().softCap()));
    }
    ropes();
  }

  private void number(GgufKey key) {
    switch (key.gguf()) {
      case "attention.head_count_kv", "attention.key_length" -> {}
      case "feed_forward_length" -> put(key.gguf(), GgufValue.u32(hidden(key)));
      case "expert_count" -> experts(key);
      default ->
          config
              .number(key.config())
              .ifPresent(
                  n ->
                      put(
                          key.gguf(),
                          key.gguf().endsWith("epsilon") || key.gguf().endsWith("scale")
                              ? GgufValue.f32(n.floatValue())
                              : GgufValue.u32(n.longValue())));
    }
  }

  private long hidden(GgufKey key) {
    return config
        .integer(key.config())
        .orElseGet(
            () ->
                switch (spec.layers().getFirst().feedForward()) {
                  case FeedForward.Dense d -> d.hidden();
                  case FeedForward.Experts e -> e.hidden();
                });
  }

  private void experts(GgufKey key) {
    for (var layer : spec.layers()) {
      if (layer.feedForward() instanceof FeedForward.Experts e) {
        put(key.gguf(), GgufValue.u32(e.count()));
        return;
      }
    }
  }

  /** A pattern only where layers differ from one another. */
  private void windows() {
    var windows = mixers().stream().map(Mixer.Attention::window).toList();
    int largest = windows.stream().mapToInt(Integer::intValue).max().orElse(0);
    if (largest == 0) {
      return;
    }
    put("attention.sliding_window", GgufValue.u32(largest));
    if (windows.stream().anyMatch(w -> w == 0)) {
      long[] sliding = windows.stream().mapToLong(w -> w > 0 ? 1 : 0).toArray();
      put("attention.sliding_window_pattern", GgufValue.numbers(GgufValue.Type.BOOL, sliding));
    }
  }

  private void ropes() {
    var turning = mixers().stream().filter(a -> a.rope().dims() > 0).toList();
    if (turning.isEmpty()) {
      return;
    }
    var full =
        turning.stream().filter(a -> a.window() == 0).findFirst().orElse(turning.getFirst()).rope();
    put("rope.dimension_count", GgufValue.u32(full.dims()));
    put("rope.freq_base", GgufValue.f32((float) full.theta()));
    turning.stream()
        .filter(a -> a.window() > 0 && a.rope().theta() != full.theta())
        .findFirst()
        .ifPresent(a -> put("rope.freq_base_swa", GgufValue.f32((float) a.rope().theta())));
    scaling(full.scaling());
  }

  private void scaling(Rope.Scaling scaling) {
    switch (scaling) {
      case Rope.Scaling.None _, Rope.Scaling.DynamicNtk _ -> {}
      case Rope.Scaling.Llama3 _, Rope.Scaling.Divisors _ -> {}
      case Rope.Scaling.Linear(var factor) -> {
        put("rope.scaling.type", GgufValue.text("linear"));
        put("rope.scaling.factor", GgufValue.f32((float) factor));
      }
      case Rope.Scaling.Yarn y -> {
        put("rope.scaling.type", GgufValue.text("yarn"));
        put("rope.scaling.factor", GgufValue.f32((float) y.factor()));
        put("rope.scaling.original_context_length", GgufValue.u32(y.original()));
        put("rope.scaling.yarn_beta_fast", GgufValue.f32((float) y.betaFast()));
        put("rope.scaling.yarn_beta_slow", GgufValue.f32((float) y.betaSlow()));
        double usual = 0.1 * Math.log(Math.max(1, y.factor())) + 1;
        if ((float) usual != (float) y.attentionFactor()) {
          put("rope.scaling.attn_factor", GgufValue.f32((float) (y.attentionFactor() / usual)));
        }
      }
      case Rope.Scaling.LongRope l -> {
        put("rope.scaling.type", GgufValue.text("longrope"));
        put("rope.scaling.original_context_length", GgufValue.u32(l.original()));
        put("rope.scaling.attn_factor", GgufValue.f32((float) l.attentionFactor()));
      }
    }
  }

  /** Vectors that stand beside the weights, for the architectures that llama.cpp reads them for. */
  static Map<String, float[]> ropeTensors(Family family, TransformerSpec spec) {
    var tensors = new LinkedHashMap<String, float[]>();
    for (var layer : spec.layers()) {
      var rope = layer.attention().rope();
      boolean llama = List.of("llama", "granite").contains(family.architecture());
      switch (rope.scaling()) {
        case Rope.Scaling.Llama3 l when llama ->
            tensors.put("rope_freqs.weight", divisors(rope, l));
        case Rope.Scaling.Divisors(var divisors) when llama ->
            tensors.put("rope_freqs.weight", array(divisors));
        case Rope.Scaling.LongRope l when llama || family.architecture().equals("phi3") -> {
          tensors.put("rope_factors_long.weight", array(l.longFactors()));
          tensors.put("rope_factors_short.weight", array(l.shortFactors()));
        }
        case Rope.Scaling.Llama3 _, Rope.Scaling.Divisors _, Rope.Scaling.LongRope _ -> {}
        case Rope.Scaling.None _, Rope.Scaling.Linear _ -> {}
        case Rope.Scaling.DynamicNtk _, Rope.Scaling.Yarn _ -> {}
      }
    }
    return tensors;
  }

  private static float[] array(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  /** Llama 3.1's rule as one divisor a pair (modeling_rope_utils.py of transformers). */
  private static float[] divisors(Rope rope, Rope.Scaling.Llama3 scaling) {
    float[] divisors = new float[rope.dims() / 2];
    double low = scaling.original() / scaling.lowFactor();
    double high = scaling.original() / scaling.highFactor();
    for (int i = 0; i < divisors.length; i++) {
      double wave = 2 * Math.PI * Math.pow(rope.theta(), 2.0 * i / rope.dims());
      if (wave < high) {
        divisors[i] = 1;
      } else if (wave > low) {
        divisors[i] = (float) scaling.factor();
      } else {
        double smooth =
            (scaling.original() / wave - scaling.lowFactor())
                / (scaling.highFactor() - scaling.lowFactor());
        divisors[i] = (float) (1 / ((1 - smooth) / scaling.factor() + smooth));
      }
    }
    return divisors;
  }
}
