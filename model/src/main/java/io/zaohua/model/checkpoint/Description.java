package io.zaohua.model.checkpoint;

import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is inside a checkpoint, for people.
 *
 * @param format {@code GGUF} or {@code safetensors}
 * @param name the model's own name, where it says one
 * @param parameters number of weights, a tied head not counted twice
 * @param bytes size of the weight files
 * @param types bytes of tensors by element type
 * @param tensors all tensors, in file order
 * @param chatTemplates their names
 */
public record Description(
    Path path,
    String format,
    Optional<String> name,
    String family,
    Optional<String> licence,
    long parameters,
    long bytes,
    Map<TensorType, Long> types,
    List<TensorInfo> tensors,
    TransformerSpec spec,
    GenerationDefaults generation,
    List<String> chatTemplates) {
  public Description {
    types = Map.copyOf(types);
    tensors = List.copyOf(tensors);
    chatTemplates = List.copyOf(chatTemplates);
  }

  static Description of(Checkpoint c) {
    var types = new EnumMap<TensorType, Long>(TensorType.class);
    long parameters =
        Parts.of(c.spec()).values().stream().mapToLong(p -> p.rows() * p.columns()).sum();
    for (var tensor : c.tensors().tensors()) {
      types.merge(tensor.type(), tensor.bytes(), Long::sum);
    }
    return new Description(
        c.path(),
        c.metadata().isPresent() ? "GGUF" : "safetensors",
        c.metadata().flatMap(m -> m.string("general.name")),
        c.family().name(),
        c.licence(),
        parameters,
        c.fileBytes(),
        types,
        c.tensors().tensors(),
        c.spec(),
        c.generation(),
        c.chatTemplates().byName().keySet().stream().sorted().toList());
  }
}
