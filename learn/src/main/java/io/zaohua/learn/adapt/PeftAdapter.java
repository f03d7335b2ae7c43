package io.zaohua.learn.adapt;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.TensorFiles;
import io.zaohua.learn.recipe.Method;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.adapter.PeftConfig;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsFile;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.View;
import io.zaohua.model.weights.WeightTable;
import io.zaohua.tensor.DType;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A LoRA, rsLoRA or DoRA adapter as PEFT saves it: adapter_config.json and
 * adapter_model.safetensors, whose tensors are named after the base's modules.
 */
public final class PeftAdapter {
  private PeftAdapter() {}

  /**
   * Reads the additions for a base, into the scope that is open, trainable.
   *
   * @param names the base's table of Hugging Face names
   * @throws UserError if the adapter is damaged, of another kind, or made for another base
   */
  public static Map<String, LowRank> read(Path folder, TransformerSpec spec, WeightTable names) {
    PeftConfig config = PeftConfig.read(folder);
    Map<String, LowRank> additions = new LinkedHashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(PeftConfig.WEIGHTS))) {
      long used = 0;
      for (var entry : Parts.of(spec).entrySet()) {
        String part = entry.getKey();
        Optional<String> module = names.find(part).flatMap(PeftAdapter::module);
        if (module.isPresent()
            && file.find(PeftConfig.PREFIX + module.get() + ".lora_A.weight").isPresent()) {
          String matrix = part.substring(0, part.length() - ".weight".length());
          LowRank addition = addition(file, module.get(), config);
          checkShape(folder, matrix, addition, entry.getValue());
          additions.put(matrix, addition);
          used += addition.tensors().size();
        }
      }
      if (used != file.tensors().size()) {
        throw other(folder, file.tensors().size() - used + " of its tensors fit no matrix of it");
      }
    }
    return additions;
  }

  /** The module whose weight is this tensor as it is; fused or transposed ones have none here. */
  public static Optional<String> module(View view) {
    return view instanceof View.Stored(var tensor) && tensor.endsWith(".weight")
        ? Optional.of(tensor.substring(0, tensor.length() - ".weight".length()))
        : Optional.empty();
  }

  /**
   * What an adapter's files say besides its tensors.
   *
   * @param config adapter_config.json
   * @param modules the base's module of each matrix, by canonical name
   */
  public record Description(String config, Map<String, String> modules) {
    public Description {
      modules = new LinkedHashMap<>(modules);
    }
  }

  /** Describes a new adapter, or one that goes on from {@code start} and keeps its settings. */
  public static Description describe(
      Optional<Path> start,
      Method.LowRank method,
      Path base,
      Map<String, LowRank> additions,
      WeightTable names) {
    Map<String, String> modules = new LinkedHashMap<>();
    var last = new TreeSet<String>();
    for (String matrix : additions.keySet()) {
      String module = names.find(matrix + ".weight").flatMap(PeftAdapter::module).orElseThrow();
      modules.put(matrix, module);
      last.add(module.substring(module.lastIndexOf('.') + 1));
    }
    ObjectNode json =
        start.map(s -> PeftConfig.read(s).json()).orElseGet(() -> fresh(method, base));
    json.set("target_modules", new ObjectMapper().valueToTree(last));
    return new Description(json.toPrettyString() + "\n", modules);
  }

  private static ObjectNode fresh(Method.LowRank method, Path base) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("peft_type", "LORA");
    json.put("task_type", "CAUSAL_LM");
    json.put("base_model_name_or_path", base.toString());
    json.put("r", method.rank());
    json.put("lora_alpha", method.alpha());
    json.put("lora_dropout", 0.0);
    json.put("bias", "none");
    json.put("fan_in_fan_out", false);
    json.put("use_rslora", method.stabilized());
    json.put("use_dora", method.decomposed());
    json.put("inference_mode", true);
    return json;
  }

  /** Writes adapter_config.json and adapter_model.safetensors, F32. */
  public static void write(Path folder, Description description, Map<String, LowRank> additions) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    additions.forEach(
        (matrix, addition) ->
            addition
                .tensors()
                .forEach(
                    (name, tensor) ->
                        tensors.put(
                            PeftConfig.PREFIX + description.modules().get(matrix) + "." + name,
                            tensor)));
    TensorFiles.write(folder.resolve(PeftConfig.WEIGHTS), Map.of("format", "pt"), tensors);
    byte[] config = description.config().getBytes(StandardCharsets.UTF_8);
    try (NewFile file = NewFile.create(PeftConfig.in(folder), config.length)) {
      file.write(ByteBuffer.wrap(config));
      file.finish();
    }
  }

  private static LowRank addition(SafetensorsFile file, String module, PeftConfig config) {
    String stem = PeftConfig.PREFIX + module;
    Tensor a = tensor(file, stem + ".lora_A.weight");
    Tensor b = tensor(file, stem + ".lora_B.weight");
    Optional<Tensor> magnitude =
        config.decomposed()
            ? Optional.of(tensor(file, stem + ".lora_magnitude_vector"))
            : Optional.empty();
    return new LowRank(a, b, magnitude, config.scale(module, Math.toIntExact(a.size(0))));
  }

  private static Tensor tensor(SafetensorsFile file, String name) {
    TensorInfo info =
        file.find(name)
            .orElseThrow(
                () ->
                    new UserError(
                        UserError.Kind.INPUT,
                        Message.of("The adapter has no tensor %s.", "适配器缺少张量 %s。", name),
                        Message.of("Save it with PEFT again.", "请用 PEFT 重新保存。")));
    DType type =
        switch (info.type()) {
          case F32 -> DType.F32;
          case F16 -> DType.F16;
          case BF16 -> DType.BF16;
          default -> throw typeError(name, info.type());
        };
    long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(info.bytes(), 8);
      file.read(info, 0, bytes);
      return Tensors.of(bytes, type, shape).to(DType.F32).requireGrad();
    }
  }

  private static UserError typeError(String name, TensorType type) {
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        Message.of(
            "Tensor %s of the adapter is %s, and F32, F16 or BF16 was expected.",
            "适配器的张量 %s 是 %s,应为 F32、F16 或 BF16。", name, type),
        Message.of("Save it in one of these types.", "请以其中一种类型保存。"));
  }

  private static void checkShape(Path folder, String matrix, LowRank x, Parts.Size size) {
    boolean fits =
        x.a().rank() == 2
            && x.b().rank() == 2
            && x.a().size(0) == x.b().size(1)
            && x.a().size(1) == size.columns()
            && x.b().size(0) == size.rows()
            && x.magnitude().map(m -> m.count() == size.rows()).orElse(true);
    if (!fits) {
      throw other(folder, "its matrices for " + matrix + " do not make " + size);
    }
  }

  private static UserError other(Path folder, String why) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "Adapter %s was made for another base: %s.", "适配器 %s 属于另一个基础模型:%s。", folder, why),
        Message.of("Give the base it was trained on.", "请给出它训练时所用的基础模型。"));
  }
}
