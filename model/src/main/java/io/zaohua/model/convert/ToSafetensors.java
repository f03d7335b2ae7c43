package io.zaohua.model.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsWriter;
import io.zaohua.model.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One checkpoint on its way to a Hugging Face folder. */
final class ToSafetensors {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Checkpoint checkpoint;
  private final Weights weights;
  private final Optional<TensorType> wanted;
  private final List<Message> notes = new ArrayList<>();

  ToSafetensors(Checkpoint checkpoint, Weights weights, Optional<TensorType> wanted) {
    this.checkpoint = checkpoint;
    this.weights = weights;
    this.wanted = wanted;
  }

  private TensorType type(TensorType found) {
    return wanted.orElseGet(
        () ->
            switch (found) {
              case F32, F16, BF16 -> found;
              default -> found.quantized() ? TensorType.F16 : TensorType.F32;
            });
  }

  Report write(Path folder) {
    NewFile.requireName(folder);
    if (checkpoint.metadata().isEmpty()) {
      NewFile.refuseSource(folder, List.of(checkpoint.path()));
    }
    var table = checkpoint.family().safetensors(checkpoint.spec(), _ -> false);
    var plans = Plans.of(checkpoint.spec(), table, weights, (part, vector, found) -> type(found));
    var source = TensorPlan.source(plans, weights);
    var infos = plans.stream().map(TensorPlan::info).toList();
    var files =
        new ArrayList<>(
            new SafetensorsWriter(Map.of("format", "pt"), infos)
                .write(folder, HuggingFaceFolder.SHARD_BYTES, source));
    files.add(HuggingFaceFolder.config(folder, config(infos.getFirst().type())));
    var beside = Companions.of(checkpoint);
    files.addAll(beside.write(folder));
    notes.addAll(beside.notes());
    return new Report(files, notes);
  }

  private ObjectNode config(TensorType type) {
    var json = HuggingFaceFolder.json(checkpoint.config(), checkpoint.family(), type);
    if (json.get("rope_parameters") instanceof ObjectNode rope
        && rope.path("rope_type").asText().equals("divisors")) {
      // transformers knows ready-made divisors as LongRoPE with one set of factors.
      var divisors = rope.remove("divisors");
      rope.put("rope_type", "longrope");
      rope.set("short_factor", divisors);
      rope.set("long_factor", divisors);
      rope.put("factor", 1.0);
      rope.put("attention_factor", 1.0);
      rope.put("original_max_position_embeddings", checkpoint.spec().contextLength());
      notes.add(
          Message.of(
              "The positions' divisors are written as longrope, which has the same effect.",
              "位置的除数以 longrope 写出,效果相同。"));
    }
    var generation = checkpoint.generation();
    generation.beginToken().ifPresent(id -> json.put("bos_token_id", id));
    if (!generation.endTokens().isEmpty()) {
      json.set("eos_token_id", JSON.valueToTree(generation.endTokens().stream().sorted().toList()));
    }
    return json;
  }
}
