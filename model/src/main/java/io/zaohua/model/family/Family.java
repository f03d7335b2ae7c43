package io.zaohua.model.family;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.gguf.Metadata;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.WeightTable;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** A model family: how its configurations become a spec, and what its tensors are called. */
public interface Family {

  /** The {@code model_type} of config.json, and {@link TransformerSpec#family()}. */
  String name();

  /** Other values of {@code model_type} that mean this family. */
  default Set<String> aliases() {
    return Set.of();
  }

  /** The class in transformers, the first of {@code architectures} in config.json. */
  String className();

  /** What stands in {@code general.architecture} of a GGUF file. */
  String architecture();

  /** The values that transformers' configuration class gives to missing keys. */
  Config defaults();

  /** The stack that a complete configuration (with {@link #defaults}) describes. */
  TransformerSpec spec(Config config);

  /** GGUF keys of this family and their names in config.json. */
  default List<GgufKey> ggufKeys() {
    return GgufKey.STANDARD;
  }

  /** Where metadata and config.json differ by more than names: completes {@code config}. */
  default Config fromGguf(Config config, Metadata metadata, TensorFile file) {
    return config;
  }

  /** How llama.cpp stores this family's matrices. */
  default GgufNames.Layout ggufLayout() {
    return GgufNames.Layout.PLAIN;
  }

  /**
   * Names in a Hugging Face checkpoint.
   *
   * @param has whether the checkpoint has a tensor: prefixes and expert layouts vary
   */
  WeightTable safetensors(TransformerSpec spec, Predicate<String> has);

  /** Names in a GGUF file. */
  default WeightTable gguf(TransformerSpec spec, Predicate<String> has) {
    return GgufNames.table(spec, ggufLayout(), has);
  }
}
