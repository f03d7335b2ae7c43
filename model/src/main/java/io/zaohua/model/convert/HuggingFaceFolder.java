package io.zaohua.model.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Family;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Weights in memory, written as transformers writes a model: config.json, model.safetensors. */
public final class HuggingFaceFolder {
  static final long SHARD_BYTES = 5_000_000_000L;

  private HuggingFaceFolder() {}

  /**
   * Writes a model; its {@link Companions} are the caller's.
   *
   * @param config complete, as {@link Family#spec} takes it
   * @param type of all tensors in the file: F32, F16 or BF16
   * @return the files
   */
  public static List<Path> write(
      Path folder,
      Family family,
      Config config,
      TransformerSpec spec,
      Weights weights,
      TensorType type) {
    var table = family.safetensors(spec, _ -> false);
    var plans = Plans.of(spec, table, weights, (part, vector, found) -> type);
    var infos = plans.stream().map(TensorPlan::info).toList();
    var files =
        new ArrayList<>(
            new SafetensorsWriter(Map.of("format", "pt"), infos)
                .write(folder, SHARD_BYTES, TensorPlan.source(plans, weights)));
    files.add(config(folder, json(config, family, type)));
    return files;
  }

  /**
   * Writes a stack with a head of one score in place of logits, as transformers writes its {@code
   * ForSequenceClassification} classes with one label.
   *
   * @param config complete, of a stack whose own head is tied
   * @param score {@code score.weight} [1, width], of the other tensors' type
   * @param bytes gives the score's bytes
   */
  public static List<Path> writeScorer(
      Path folder,
      Family family,
      Config config,
      TransformerSpec spec,
      Weights weights,
      TensorInfo score,
      TensorSource bytes) {
    var table = family.safetensors(spec, _ -> false);
    var plans = Plans.of(spec, table, weights, (part, vector, found) -> score.type());
    var infos = new ArrayList<>(plans.stream().map(TensorPlan::info).toList());
    infos.add(score);
    var source = TensorPlan.source(plans, weights);
    var files =
        new ArrayList<>(
            new SafetensorsWriter(Map.of("format", "pt"), infos)
                .write(
                    folder,
                    SHARD_BYTES,
                    (info, sink) ->
                        (info.name().equals(score.name()) ? bytes : source).write(info, sink)));
    var json = json(config, family, score.type());
    String name = family.className().replaceAll("(ForCausalLM|LMHeadModel)$", "");
    json.putArray("architectures").add(name + "ForSequenceClassification");
    json.putObject("id2label").put("0", "LABEL_0");
    json.putObject("label2id").put("LABEL_0", 0);
    if (!json.has("pad_token_id") && json.path("eos_token_id").isInt()) {
      json.set("pad_token_id", json.get("eos_token_id")); // transformers finds the last token by it
    }
    files.add(config(folder, json));
    return files;
  }

  /** A configuration as config.json has it, with its class and its type of element. */
  static ObjectNode json(Config config, Family family, TensorType type) {
    var json = config.json().deepCopy();
    json.put("model_type", family.name());
    json.putArray("architectures").add(family.className());
    String dtype =
        switch (type) {
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          default -> "float32";
        };
    json.put("dtype", dtype);
    json.put("torch_dtype", dtype);
    return json;
  }

  static String pretty(ObjectNode json) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes config.json into a folder; returns the file. */
  static Path config(Path folder, ObjectNode json) {
    Path path = folder.resolve("config.json");
    NewFile.write(path, pretty(json));
    return path;
  }
}
