package io.zaohua.model.adapter;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.gguf.GgufValue;
import io.zaohua.model.gguf.GgufWriter;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.quant.Quantizer;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An adapter as llama.cpp takes it at run time: one GGUF file with {@code .lora_a} [rank, in] and
 * {@code .lora_b} [out, rank] beside the names of the base's tensors (convert_lora_to_gguf.py).
 */
public final class GgufAdapter {
  private final Map<String, LowRank> additions;
  private final Checkpoint base;
  private final WeightTable names;
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final List<TensorInfo> infos = new ArrayList<>();

  /** What all additions are scaled by, times the rank; other scales go into B. */
  private final float alpha;

  private GgufAdapter(Adapter adapter, Checkpoint base) {
    this.additions = lowRank(adapter);
    this.base = base;
    this.names = base.family().gguf(base.spec(), _ -> false);
    LowRank any = additions.values().iterator().next();
    this.alpha = any.scale() * any.rank();
  }

  private static Map<String, LowRank> lowRank(Adapter adapter) {
    if (adapter.front().isPresent()) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "GGUF has LoRA adapters only, and this one is a prompt or a prefix before the text.",
              "GGUF 只有 LoRA 适配器,而这是文本之前的提示或前缀。"),
          Message.of(
              "Keep PEFT's folder, and apply it when the model runs.", "请保留 PEFT 文件夹,在运行时应用。"));
    }
    Map<String, LowRank> all = new LinkedHashMap<>();
    adapter
        .additions()
        .forEach(
            (part, addition) -> {
              switch (addition) {
                case LowRank low -> all.put(part, low);
                case Rescaling _ ->
                    throw refused(
                        Message.of(
                            "GGUF has LoRA adapters only, and this one is IA3.",
                            "GGUF 只有 LoRA 适配器,而这是 IA3。"));
              }
            });
    return all;
  }

  /**
   * Writes an adapter that was read for {@code base}.
   *
   * @param type F32, F16 or BF16
   * @throws UserError if it is no LoRA, is a DoRA, or adapts only some of the matrices that GGUF
   *     stores as one
   */
  public static void write(Adapter adapter, Checkpoint base, Path target, TensorType type) {
    new GgufAdapter(adapter, base).write(target, type);
  }

  private void write(Path target, TensorType type) {
    Map<String, List<String>> parts = new LinkedHashMap<>();
    for (String part : Parts.of(base.spec()).keySet()) {
      names
          .find(part)
          .ifPresent(v -> parts.computeIfAbsent(v.tensor(), _ -> new ArrayList<>()).add(part));
    }
    parts.forEach(
        (tensor, of) -> {
          if (of.stream().anyMatch(additions::containsKey)) {
            add(tensor, of, type);
          }
        });
    String name = String.valueOf(target.toAbsolutePath().getFileName());
    Metadata metadata =
        Metadata.EMPTY
            .with("general.architecture", GgufValue.text(base.family().architecture()))
            .with("general.type", GgufValue.text("adapter"))
            .with("general.name", GgufValue.text(name.replaceFirst("\\.gguf$", "")))
            .with("adapter.type", GgufValue.text("lora"))
            .with("adapter.lora.alpha", GgufValue.f32(alpha));
    GgufWriter.of(metadata, infos)
        .write(
            target,
            (info, sink) -> {
              float[] values = Objects.requireNonNull(tensors.get(info.name()));
              sink.accept(
                  MemorySegment.ofArray(Quantizer.encoded(info.type(), values, info.name())));
            });
  }

  /** The additions to all parts of one tensor as the addition to the tensor. */
  private void add(String tensor, List<String> parts, TensorType type) {
    LowRank first = additions.get(parts.getFirst());
    for (String part : parts) {
      LowRank addition = additions.get(part);
      if (first == null || addition == null || !Arrays.equals(addition.down(), first.down())) {
        throw refused(
            Message.of(
                "%s is one tensor in GGUF, and the adapter changes its parts apart.",
                "%s 在 GGUF 中是一个张量,而适配器分别改动其各部分。", tensor));
      }
      if (addition.decomposed()) {
        throw refused(Message.of("GGUF has no DoRA adapters.", "GGUF 没有 DoRA 适配器。"));
      }
    }
    int rank = Objects.requireNonNull(first).rank();
    int rows = parts.stream().mapToInt(p -> addition(p).rows()).sum();
    float[] up = new float[rows * rank];
    for (String part : parts) {
      LowRank addition = addition(part);
      float scale = addition.scale() * rank / alpha;
      View view = names.find(part).orElseThrow();
      for (int r = 0; r < addition.rows(); r++) {
        int at = Math.toIntExact(stored(view, r)) * rank;
        for (int i = 0; i < rank; i++) {
          up[at + i] = scale * addition.up()[r * rank + i];
        }
      }
    }
    put(tensor + ".lora_a", first.down(), type, rank, first.columns());
    put(tensor + ".lora_b", up, type, rows, rank);
  }

  private LowRank addition(String part) {
    return Objects.requireNonNull(additions.get(part));
  }

  private void put(String name, float[] values, TensorType type, long rows, long columns) {
    tensors.put(name, values);
    infos.add(new TensorInfo(name, type, List.of(rows, columns)));
  }

  /** Where a part's row stands in its tensor. */
  private static long stored(View view, long row) {
    return switch (view) {
      case View.Stored _ -> row;
      case View.Rows(var of, var map) -> stored(of, map.source(row));
      case View.Transposed(var of) -> stored(of, row);
      case View.Plus(var of, var _) -> stored(of, row);
      case View.Scaled(var of, var _) -> stored(of, row);
    };
  }

  private static UserError refused(Message fact) {
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        fact,
        Message.of("Write the merged model instead.", "请改为写出合并后的模型。"));
  }
}
