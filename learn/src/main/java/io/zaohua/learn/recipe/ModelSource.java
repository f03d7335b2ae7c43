package io.zaohua.learn.recipe;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.family.Config;
import io.zaohua.model.family.Families;
import io.zaohua.model.family.Family;
import io.zaohua.model.hub.Hub;
import io.zaohua.model.hub.PullListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is trained. */
public sealed interface ModelSource {

  /** A checkpoint. */
  record Existing(Path path) implements ModelSource {}

  /**
   * A new model of a known family.
   *
   * @param config as in config.json; what is missing is the family's default
   * @param tokenizer a tokenizer.json or its folder
   * @param seed its initial weights
   * @param deviation the standard deviation of its initial matrices
   */
  record Fresh(Config config, Path tokenizer, long seed, double deviation) implements ModelSource {}

  /** Keys of config.json that some families know besides the defaults of theirs. */
  Set<String> SHARED =
      Set.of(
          "model_type",
          "vocab_size",
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "hidden_act",
          "max_position_embeddings",
          "rms_norm_eps",
          "tie_word_embeddings",
          "rope_theta",
          "rope_scaling",
          "rope_parameters",
          "attention_bias",
          "mlp_bias",
          "bos_token_id",
          "eos_token_id",
          "pad_token_id",
          "sliding_window",
          "initializer_range");

  static ModelSource read(Section top, Places places) {
    Object model = top.find("model").orElseThrow(() -> top.missing("model"));
    if (!(model instanceof Map)) {
      String name = top.needText("model");
      Path given = Section.path("model", name);
      boolean path = Files.exists(places.folder().resolve(given)) || Files.exists(given);
      return new Existing(path || !name.contains(":") ? places.find("model", name) : pulled(name));
    }
    Section section = top.section("model");
    if (section.has("path")) {
      return new Existing(places.find("model.path", section.needText("path")));
    }
    Config config = config(section.section("config"));
    return new Fresh(
        config,
        places.find("model.tokenizer", section.needText("tokenizer")),
        section.whole("seed", 0).orElse(0L),
        section.number("deviation", 0.02, 0, 10));
  }

  private static Path pulled(String name) {
    return Hub.fromEnvironment()
        .resolve(
            name,
            new PullListener() {
              @Override
              public void note(Message message) {}

              @Override
              public void progress(String file, long done, long total) {}
            });
  }

  private static Config config(Section section) {
    Config config = Config.empty();
    for (var entry : section.all().entrySet()) {
      config = config.with(entry.getKey(), entry.getValue());
    }
    if (!config.has("model_type")) {
      config = config.with("model_type", "llama");
    }
    Family family = Families.of(config);
    Set<String> known = new LinkedHashSet<>(SHARED);
    family.defaults().json().fieldNames().forEachRemaining(known::add);
    for (String key : section.all().keySet()) {
      if (!known.contains(key)) {
        throw Section.unknown(section.name(key), key, known);
      }
    }
    if (!config.has("num_hidden_layers") && !config.has("n_layer")) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "model.config does not say how large the model is.", "model.config 没有说明模型的大小。"),
          Message.of(
              "Give %s.",
              "请给出 %s。",
              String.join(
                  ", ",
                  List.of(
                      "hidden_size",
                      "intermediate_size",
                      "num_hidden_layers",
                      "num_attention_heads"))));
    }
    return config;
  }
}
