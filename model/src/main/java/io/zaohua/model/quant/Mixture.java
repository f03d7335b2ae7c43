package io.zaohua.model.quant;

import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which type each tensor of a GGUF file gets, as llama-quantize decides without an importance
 * matrix (src/llama-quant.cpp): vectors, norms and routers stay as they are; the output matrix, or
 * the embedding that doubles as one, gets Q6_K; the M mixtures give the value and down projections
 * of some layers more bits; rows that do not fill blocks fall back.
 *
 * @param file what the file is to become
 * @param architecture {@code general.architecture}
 * @param layers {@code block_count}
 * @param experts {@code expert_count}, 0 without
 * @param sharedKeys whether several query heads share one key and value head
 */
public record Mixture(
    FileType file, String architecture, int layers, int experts, boolean sharedKeys) {
  private static final Pattern LAYER = Pattern.compile("^blk\\.(\\d{1,6})\\.");

  /** Parts of names that mark small or delicate matrices, kept in their type. */
  private static final List<String> KEPT =
      List.of(
          "_norm.weight",
          "ffn_gate_inp.weight",
          "ffn_gate_tid2eid.weight",
          "altup",
          "laurel",
          "per_layer_model_proj",
          "ssm_conv1d",
          "shortconv.conv.weight",
          "indexer.k_proj.weight",
          "indexer.q_proj.weight",
          "time_mix_first.weight",
          "time_mix_w0.weight",
          "time_mix_w1.weight",
          "time_mix_w2.weight",
          "time_mix_v0.weight",
          "time_mix_v1.weight",
          "time_mix_v2.weight",
          "time_mix_a0.weight",
          "time_mix_a1.weight",
          "time_mix_a2.weight",
          "time_mix_g1.weight",
          "time_mix_g2.weight",
          "time_mix_decay_w1.weight",
          "time_mix_decay_w2.weight",
          "time_mix_lerp_fused.weight",
          "attn_rel_b.weight",
          ".position_embd",
          "sam.pos_embd",
          "sam.neck.",
          "sam.net_",
          ".rel_pos",
          ".patch_embd",
          ".patch_merger",
          "a.rvq.codebook",
          "mm.a.code_embd");

  /** A tensor and the type it is to be written in. */
  public record Choice(TensorInfo tensor, TensorType type) {
    /** Whether its bytes are copied unchanged. */
    public boolean kept() {
      return tensor.type() == type;
    }
  }

  /** The order llama-quantize writes: by layer, then by name; tensors outside layers first. */
  public static final Comparator<TensorInfo> ORDER =
      Comparator.comparingInt((TensorInfo t) -> layerOf(t.name(), -1))
          .thenComparing(TensorInfo::name);

  /** A type for every tensor, in {@link #ORDER}. */
  public List<Choice> choose(List<TensorInfo> tensors) {
    var ordered = tensors.stream().sorted(ORDER).toList();
    boolean tied = ordered.stream().noneMatch(t -> t.name().equals("output.weight"));
    int values = (int) ordered.stream().filter(t -> valueLike(t.name())).count();
    var choices = new ArrayList<Choice>();
    int value = 0;
    int down = 0;
    for (var tensor : ordered) {
      var type = tensor.type();
      if (quantizable(tensor)) {
        type =
            file.type().quantized()
                ? fitting(tensor, mixed(tensor, tied, value, values, down))
                : file.type();
        value += valueLike(tensor.name()) ? 1 : 0;
        down += tensor.name().contains("ffn_down") ? 1 : 0;
      }
      choices.add(new Choice(tensor, type));
    }
    return choices;
  }

  private static boolean quantizable(TensorInfo tensor) {
    String name = tensor.name();
    return dimensions(tensor) >= 2
        && name.endsWith("weight")
        && !name.equals("position_embd.weight")
        && !name.equals("token_types.weight")
        && KEPT.stream().noneMatch(name::contains);
  }

  /** Without outermost dimensions of one, as ggml_n_dims counts. */
  private static int dimensions(TensorInfo tensor) {
    int outer = 0;
    while (outer < tensor.shape().size() && tensor.shape().get(outer) == 1) {
      outer++;
    }
    return tensor.shape().size() - outer;
  }

  private static boolean valueLike(String name) {
    return name.contains("attn_qkv.weight")
        || name.contains("attn_kv_b.weight")
        || name.contains("attn_v.weight");
  }

  private TensorType mixed(TensorInfo tensor, boolean tied, int value, int values, int down) {
    String name = tensor.name();
    boolean embedding =
        name.equals("token_embd.weight") || name.equals("per_layer_token_embd.weight");
    if (name.equals("output.weight") || embedding && tied) {
      return outputType(tensor);
    }
    if (embedding) {
      return file.type();
    }
    if (valueLike(name)) {
      return valueType(value, values);
    }
    if (name.contains("attn_k.weight")) {
      return experts == 8 ? TensorType.Q8_0 : file.type();
    }
    if (name.contains("attn_output.weight")) {
      boolean more = experts == 8 && file == FileType.Q4_K_M && !falcon();
      return more ? TensorType.Q5_K : file.type();
    }
    if (name.contains("ffn_down")) {
      return downType(experts > 1 ? layerOf(name, down) : down);
    }
    return file.type();
  }

  private boolean falcon() {
    return architecture.equals("falcon");
  }

  private TensorType outputType(TensorInfo tensor) {
    if (falcon() || tensor.columns() % file.type().blockSize() != 0) {
      return TensorType.Q8_0;
    }
    return file.type() == TensorType.Q8_0 ? TensorType.Q8_0 : TensorType.Q6_K;
  }

  private TensorType valueType(int index, int count) {
    if (experts == 8) {
      return TensorType.Q8_0;
    }
    boolean mixture = file == FileType.Q4_K_M || file == FileType.Q5_K_M;
    if (mixture && moreBits(index, count)) {
      return TensorType.Q6_K;
    }
    // In Llama's 70 B model eight heads share each value projection, so bits are cheap there.
    boolean seventy = architecture.equals("llama") && layers == 80 && sharedKeys;
    return seventy && file.type() == TensorType.Q4_K ? TensorType.Q5_K : file.type();
  }

  private TensorType downType(int layer) {
    return switch (file) {
      case Q4_K_M -> {
        if (falcon() && layer >= layers / 16) {
          yield moreBits(layer, layers) ? TensorType.Q5_K : TensorType.Q4_K;
        }
        yield falcon() || moreBits(layer, layers) ? TensorType.Q6_K : TensorType.Q4_K;
      }
      case Q5_K_M -> moreBits(layer, layers) ? TensorType.Q6_K : TensorType.Q5_K;
      case F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q6_K -> file.type();
    };
  }

  /** The first and last eighth of the layers, and every third between. */
  private static boolean moreBits(int layer, int layers) {
    int eighth = layers / 8;
    return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
  }

  private static TensorType fitting(TensorInfo tensor, TensorType wanted) {
    if (tensor.columns() % wanted.blockSize() == 0) {
      return wanted;
    }
    var smaller =
        wanted == TensorType.Q4_K
            ? TensorType.Q5_0
            : wanted == TensorType.Q5_K
                ? TensorType.Q5_1
                : wanted == TensorType.Q6_K ? TensorType.Q8_0 : wanted;
    return tensor.columns() % smaller.blockSize() == 0 ? smaller : TensorType.F16;
  }

  private static int layerOf(String name, int otherwise) {
    var matcher = LAYER.matcher(name);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
  }
}
