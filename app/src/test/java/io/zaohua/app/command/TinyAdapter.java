package io.zaohua.app.command;

import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** PEFT adapters with seeded weights for a base. */
final class TinyAdapter {
  private TinyAdapter() {}

  /** Of rank 2, for one matrix. */
  static Path write(Path folder, Path base) throws IOException {
    config(folder, "LORA", base, "\"lora_alpha\": 4, \"r\": 2");
    long width;
    try (Checkpoint checkpoint = Checkpoint.open(base)) {
      width = checkpoint.spec().width();
    }
    writeWeights(folder, width, width);
    return folder;
  }

  /** Factors for a layer's values and for what its feed-forward's last matrix reads (IA3). */
  static Path writeFactors(Path folder, Path base, long values, long hidden) throws IOException {
    config(folder, "IA3", base, "\"feedforward_modules\": [\"down_proj\"]");
    String layer = "base_model.model.model.layers.1.";
    save(
        folder,
        List.of(
            new TensorInfo(layer + "self_attn.v_proj.ia3_l", TensorType.F32, List.of(values, 1L)),
            new TensorInfo(layer + "mlp.down_proj.ia3_l", TensorType.F32, List.of(1L, hidden))));
    return folder;
  }

  /** Learned positions: of kind PROMPT_TUNING or PREFIX_TUNING. */
  static Path writeFront(Path folder, Path base, String kind, long positions, long numbers)
      throws IOException {
    config(folder, kind, base, "\"num_virtual_tokens\": " + positions);
    List<Long> shape = List.of(positions, numbers);
    save(folder, List.of(new TensorInfo("prompt_embeddings", TensorType.F32, shape)));
    return folder;
  }

  private static void config(Path folder, String kind, Path base, String more) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("adapter_config.json"),
        "{\"peft_type\": \"%s\", \"base_model_name_or_path\": \"%s\", %s}"
            .formatted(kind, base, more));
  }

  /** The tensors of low rank: A [2, columns] and B [rows, 2]. */
  static void writeWeights(Path folder, long columns, long rows) {
    String module = "base_model.model.model.layers.0.self_attn.q_proj.";
    save(
        folder,
        List.of(
            new TensorInfo(module + "lora_A.weight", TensorType.F32, List.of(2L, columns)),
            new TensorInfo(module + "lora_B.weight", TensorType.F32, List.of(rows, 2L))));
  }

  private static void save(Path folder, List<TensorInfo> tensors) {
    new SafetensorsWriter(Map.of(), tensors)
        .write(
            folder.resolve("adapter_model.safetensors"),
            (tensor, sink) -> sink.accept(MemorySegment.ofArray(gaussians(tensor.elements()))));
  }

  private static byte[] gaussians(long count) {
    var random = new Random(count);
    var bytes = ByteBuffer.allocate(Math.toIntExact(4 * count)).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < count; i++) {
      bytes.putFloat((float) random.nextGaussian());
    }
    return bytes.array();
  }
}
