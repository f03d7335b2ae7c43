package io.zaohua.model.adapter;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.gguf.GgufFile;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.weights.WeightTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An adapter as it was read for one base: what it does to matrices, or what it puts before every
 * text. PEFT's folder (adapter_config.json, adapter_model.safetensors) or llama.cpp's GGUF file
 * (general.type "adapter"; convert_lora_to_gguf.py).
 *
 * @param additions by canonical part
 * @param front learned positions
 */
public record Adapter(Map<String, Addition> additions, Optional<Front> front) {

  public Adapter {
    additions = Map.copyOf(additions);
    if (additions.isEmpty() == front.isEmpty()) {
      throw new IllegalArgumentException("an adapter changes matrices or has a front");
    }
  }

  /**
   * Reads an adapter.
   *
   * @param path PEFT's folder or a .gguf file
   * @param strength multiplies the adapter's own scale
   * @throws UserError if it is damaged, of another kind, or made for another base
   */
  public static Adapter read(Path path, float strength, Checkpoint base) {
    if (!Float.isFinite(strength)) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("An adapter's scale is a number, not %s.", "适配器的比例应为数,而不是 %s。", strength),
          Message.of("Give for example 1 or 0.5.", "例如 1 或 0.5。"));
    }
    return Files.isDirectory(path) ? peft(path, strength, base) : gguf(path, strength, base);
  }

  private static Adapter peft(Path folder, float strength, Checkpoint base) {
    PeftConfig config = PeftConfig.read(folder);
    WeightTable names = base.family().safetensors(base.spec(), _ -> false);
    try (SafetensorsFile tensors = SafetensorsFile.open(folder.resolve(PeftConfig.WEIGHTS))) {
      AdapterFile file = new AdapterFile(folder, tensors);
      return switch (config.kind()) {
        case LORA -> {
          LowRankFile.Scale scale = (module, rank) -> strength * config.scale(module, rank);
          var lowRank = new LowRankFile(file, LowRankFile.Format.PEFT, scale, config.decomposed());
          yield changing(lowRank.read(base, names));
        }
        case IA3 -> changing(new RescalingFile(file, strength).read(base, names));
        case PROMPT_TUNING, PREFIX_TUNING -> {
          requireWhole(folder, strength);
          var front = new FrontFile(file, config);
          boolean prefix = config.kind() == PeftConfig.Kind.PREFIX_TUNING;
          Front read = prefix ? front.prefix(base) : front.prompt(base);
          file.end();
          yield new Adapter(Map.of(), Optional.of(read));
        }
      };
    }
  }

  private static void requireWhole(Path folder, float strength) {
    if (strength != 1) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "The learned positions of adapter %s cannot be scaled by %s.",
              "适配器 %s 的虚拟位置不能按 %s 缩放。", folder, strength),
          Message.of("Leave the scale out.", "请去掉比例。"));
    }
  }

  private static Adapter gguf(Path path, float strength, Checkpoint base) {
    try (GgufFile tensors = GgufFile.open(path)) {
      AdapterFile file = new AdapterFile(path, tensors);
      String kind =
          tensors.metadata().string("general.type").orElse("model")
              + tensors.metadata().string("adapter.type").map(" "::concat).orElse("");
      if (!kind.equals("adapter lora")) {
        throw PeftConfig.kind(path, kind, "adapter lora");
      }
      String architecture = tensors.metadata().string("general.architecture").orElse("unknown");
      if (!architecture.equals(base.family().architecture())) {
        throw file.other("it is for %s", "它用于 %s", architecture);
      }
      double alpha = tensors.metadata().number("adapter.lora.alpha").orElse(0.0);
      WeightTable names = base.family().gguf(base.spec(), _ -> false);
      LowRankFile.Scale scale = (_, rank) -> alpha == 0 ? strength : strength * alpha / rank;
      return changing(
          new LowRankFile(file, LowRankFile.Format.GGUF, scale, false).read(base, names));
    }
  }

  private static Adapter changing(Map<String, Addition> additions) {
    return new Adapter(additions, Optional.empty());
  }
}
