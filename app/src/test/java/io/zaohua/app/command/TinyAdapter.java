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

/** A PEFT adapter of rank 2 with seeded weights for one matrix of a base. */
final class TinyAdapter {
  private TinyAdapter() {}

  static Path write(Path folder, Path base) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"lora_alpha\": 4, \"r\": 2,"
            + " \"base_model_name_or_path\": \"%s\"}".formatted(base));
    long width;
    try (Checkpoint checkpoint = Checkpoint.open(base)) {
      width = checkpoint.spec().width();
    }
    writeWeights(folder, width, width);
    return folder;
  }

  /** Its tensors: A [2, columns] and B [rows, 2]. */
  static void writeWeights(Path folder, long columns, long rows) {
    String module = "base_model.model.model.layers.0.self_attn.q_proj.";
    new SafetensorsWriter(
            Map.of(),
            List.of(
                new TensorInfo(module + "lora_A.weight", TensorType.F32, List.of(2L, columns)),
                new TensorInfo(module + "lora_B.weight", TensorType.F32, List.of(rows, 2L))))
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
