package io.zaohua.model.family;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.gguf.Metadata;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All known families. A new one is added to this list. */
public final class Families {
  public static final List<Family> ALL =
      List.of(
          new Gpt2(),
          new GptNeoX(),
          new Llama(),
          new Mistral(),
          new Mixtral(),
          new Qwen2(),
          new Qwen3(),
          new Qwen3Moe(),
          new Olmo2(),
          new Olmoe(),
          new Gemma2(),
          new Gemma3(),
          new Phi3(),
          new Granite(),
          new SmolLm3());

  private Families() {}

  /** Where the stack's own values stand: at the top, or in {@code text_config} (vision models). */
  public static Config stackOf(Config config) {
    return config
        .object("text_config")
        .map(
            inner ->
                inner.has("model_type")
                    ? inner
                    : inner.with("model_type", config.text("model_type").orElse("")))
        .orElse(config);
  }

  /**
   * The family that a config.json names, by {@code model_type}, else by {@code architectures}.
   *
   * @throws UserError naming the unknown one and all known ones
   */
  public static Family of(Config config) {
    var type = config.text("model_type");
    var classes = config.texts("architectures").orElse(List.of());
    Optional<Family> byType =
        ALL.stream()
            .filter(
                f ->
                    type.isPresent()
                        && (f.name().equals(type.get()) || f.aliases().contains(type.get())))
            .findFirst();
    return byType
        .or(() -> ALL.stream().filter(f -> classes.contains(f.className())).findFirst())
        .orElseThrow(() -> unknown(type.or(() -> classes.stream().findFirst()).orElse("(none)")));
  }

  /**
   * The family of a GGUF file, by {@code zaohua.family}, else by {@code general.architecture}.
   *
   * @throws UserError naming the unknown one and all known ones
   */
  public static Family of(Metadata metadata) {
    String architecture = metadata.string("general.architecture").orElse("(none)");
    var named = metadata.string(GgufConfig.FAMILY);
    boolean experts = metadata.integer(architecture + ".expert_count").orElse(0L) > 0;
    return ALL.stream()
        .filter(f -> f.architecture().equals(architecture))
        .filter(
            f ->
                named
                    .map(f.name()::equals)
                    .orElseGet(
                        () ->
                            !architecture.equals("llama")
                                || f.name().equals(experts ? Mixtral.NAME : "llama")))
        .findFirst()
        .orElseThrow(() -> unknown(architecture));
  }

  private static UserError unknown(String name) {
    String known = ALL.stream().map(Family::name).collect(Collectors.joining(", "));
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        Message.of(
            "The model family %s is unknown; known are %s.", "未知的模型家族 %s;已知的有 %s。", name, known),
        Message.of("Use a model of one of these families.", "请使用其中之一的模型。"));
  }
}
