package io.zaohua.learn.adapt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Adapters as PEFT saves them: adapter_config.json and adapter_model.safetensors, whose tensors are
 * named after the base's modules.
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
    PeftConfig config = PeftConfig.read(folder).requireLowRank();
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
      if (additions.isEmpty()) {
        throw other(folder, "it has no matrix of it");
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

  /** adapter_config.json of a new adapter, or of one that goes on and keeps its settings. */
  public static String config(
      Method.LowRank method, Path base, Map<String, LowRank> additions, WeightTable names) {
    ObjectNode json =
        method.start().map(s -> PeftConfig.read(s).json()).orElseGet(() -> fresh(method, base));
    json.set("target_modules", last(additions.keySet(), names));
    return json.toPrettyString() + "\n";
  }

  /** The same of an adapter of factors (IA3). */
  public static String config(Path base, Map<String, Rescaling> additions, WeightTable names) {
    ObjectNode json = common("IA3", base);
    json.set("target_modules", last(additions.keySet(), names));
    var inputs = new TreeSet<>(additions.keySet());
    inputs.removeIf(matrix -> !Objects.requireNonNull(additions.get(matrix)).input());
    json.set("feedforward_modules", last(inputs, names));
    json.put("fan_in_fan_out", false);
    return json.toPrettyString() + "\n";
  }

  /**
   * The same of learned positions (prompt or prefix tuning).
   *
   * @param width of an embedding, or of a layer's keys
   * @param heads of a layer's keys
   */
  public static String frontConfig(
      boolean prefix, int tokens, Path base, int width, int heads, int layers) {
    ObjectNode json = common(prefix ? "PREFIX_TUNING" : "PROMPT_TUNING", base);
    json.put("num_virtual_tokens", tokens);
    json.put("token_dim", width);
    json.put("num_attention_heads", heads);
    json.put("num_layers", layers);
    json.put("num_transformer_submodules", 1);
    if (prefix) {
      json.put("prefix_projection", false);
      json.put("encoder_hidden_size", width);
    } else {
      json.put("prompt_tuning_init", "RANDOM");
    }
    return json.toPrettyString() + "\n";
  }

  /** The same for a model whose head is a score, trained and saved with the adapter. */
  public static String scoring(String config) {
    try {
      ObjectNode json = (ObjectNode) new ObjectMapper().readTree(config);
      json.put("task_type", "SEQ_CLS");
      json.putArray("modules_to_save").add("score");
      return json.toPrettyString() + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The last names of the matrices' modules. */
  private static ArrayNode last(Set<String> matrices, WeightTable names) {
    var last = new TreeSet<String>();
    for (String matrix : matrices) {
      String module = moduleOf(matrix, names);
      last.add(module.substring(module.lastIndexOf('.') + 1));
    }
    return new ObjectMapper().valueToTree(last);
  }

  private static String moduleOf(String matrix, WeightTable names) {
    return names.find(matrix + ".weight").flatMap(PeftAdapter::module).orElseThrow();
  }

  /** The tensors of additions by their names in the file. */
  public static Map<String, Tensor> tensors(
      Map<String, ? extends Addition> additions, WeightTable names) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    additions.forEach(
        (matrix, addition) -> {
          String stem = PeftConfig.PREFIX + moduleOf(matrix, names) + ".";
          addition.tensors().forEach((name, tensor) -> tensors.put(stem + name, tensor));
        });
    return tensors;
  }

  private static ObjectNode fresh(Method.LowRank method, Path base) {
    ObjectNode json = common("LORA", base);
    json.put("r", method.rank());
    json.put("lora_alpha", method.alpha());
    json.put("lora_dropout", 0.0);
    json.put("bias", "none");
    json.put("fan_in_fan_out", false);
    json.put("use_rslora", method.stabilized());
    json.put("use_dora", method.decomposed());
    return json;
  }

  private static ObjectNode common(String kind, Path base) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("peft_type", kind);
    json.put("task_type", "CAUSAL_LM");
    json.put("base_model_name_or_path", base.toString());
    json.put("inference_mode", true);
    return json;
  }

  /**
   * Writes adapter_config.json and adapter_model.safetensors, F32.
   *
   * @param tensors by their names in the file
   */
  public static void write(Path folder, String config, Map<String, Tensor> tensors) {
    TensorFiles.write(folder.resolve(PeftConfig.WEIGHTS), Map.of("format", "pt"), tensors);
    NewFile.write(PeftConfig.in(folder), config);
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
