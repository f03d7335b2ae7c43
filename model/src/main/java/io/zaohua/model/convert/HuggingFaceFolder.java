package io.zaohua.model.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Family;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
    files.add(text(folder.resolve("config.json"), pretty(json(config, family, type))));
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

  static Path text(Path path, String text) {
    return bytes(path, text.getBytes(StandardCharsets.UTF_8));
  }

  static Path bytes(Path path, byte[] bytes) {
    try (var file = NewFile.create(path, bytes.length)) {
      file.write(ByteBuffer.wrap(bytes));
      file.finish();
    }
    return path;
  }
}
