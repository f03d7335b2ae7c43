package io.zaohua.model.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.MeteredText;
import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * adapter_config.json as PEFT writes it.
 *
 * @param folder where it was read
 */
public record PeftConfig(Path folder, Kind kind, ObjectNode json) {

  /** The values of {@code peft_type} that are known here. */
  public enum Kind {
    /** LoRA, rsLoRA and DoRA. */
    LORA,
    IA3,
    PROMPT_TUNING,
    PREFIX_TUNING;

    /** Names, as they stand in a sentence. */
    private static String all(String or) {
      String names = Arrays.toString(values()).replaceAll("[\\[\\]]", "");
      return names.replaceFirst(", (\\w+)$", or + "$1");
    }
  }

  /** What PEFT puts before a module's name. */
  public static final String PREFIX = "base_model.model.";

  /** The same where it replaces no module (prompt and prefix tuning). */
  public static final String FRONT_PREFIX = "base_model.";

  /** The weights beside the configuration. */
  public static final String WEIGHTS = "adapter_model.safetensors";

  private static final String NAME = "adapter_config.json";

  /** LoraConfig's own default. */
  private static final double ALPHA = 8;

  /**
   * Reads a folder's.
   *
   * @throws UserError if there is none, or it is of another kind of adapter
   */
  public static PeftConfig read(Path folder) {
    Path path = folder.resolve(NAME);
    try {
      if (new ObjectMapper().readTree(Files.readString(path)) instanceof ObjectNode json) {
        String said = json.path("peft_type").asText("unknown");
        Kind kind =
            Arrays.stream(Kind.values())
                .filter(k -> k.name().equals(said))
                .findFirst()
                .orElseThrow(() -> unknown(folder, said));
        return new PeftConfig(folder, kind, json);
      }
      throw notJson(path, new IOException("no object"));
    } catch (JsonProcessingException e) {
      throw notJson(path, e);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("%s cannot be read.", "无法读取 %s。", path),
          Message.of(
              "Give a folder as PEFT writes it, or a GGUF adapter.", "请给出 PEFT 形式的文件夹,或 GGUF 适配器。"),
          e);
    }
  }

  private static UserError notJson(Path path, IOException cause) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of("%s is not a JSON object.", "%s 不是 JSON 对象。", path),
        Message.of("Save the adapter again.", "请重新保存适配器。"),
        cause);
  }

  private static UserError unknown(Path folder, String kind) {
    String shown = FileBytes.shown(kind);
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        new Message(
            "%s is an adapter of kind %s, and %s was expected."
                .formatted(folder, shown, Kind.all(" or ")),
            "%s 是 %s 类适配器,应为 %s。".formatted(folder, shown, Kind.all(" 或 "))),
        Message.of(
            "Train one of these kinds, or merge it into its base with PEFT.",
            "请训练这些种类之一,或用 PEFT 将其合并进基础模型。"));
  }

  /** An adapter of a kind that is known, but not of use here. */
  static UserError kind(Path path, String kind, String expected) {
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        Message.of(
            "%s is an adapter of kind %s, and %s was expected.",
            "%s 是 %s 类适配器,应为 %s。", path, FileBytes.shown(kind), expected),
        Message.of("Use a LoRA, rsLoRA or DoRA adapter.", "请使用 LoRA、rsLoRA 或 DoRA 适配器。"));
  }

  /**
   * The same, if it is of the one kind that is of use.
   *
   * @throws UserError otherwise
   */
  public PeftConfig requireLowRank() {
    if (kind != Kind.LORA) {
      throw kind(folder, kind.name(), Kind.LORA.name());
    }
    return this;
  }

  /** A whole number, if the configuration has it. */
  OptionalLong number(String key) {
    JsonNode value = json.path(key);
    return value.canConvertToLong() && value.isIntegralNumber()
        ? OptionalLong.of(value.asLong())
        : OptionalLong.empty();
  }

  /** Where a folder has it. */
  public static Path in(Path folder) {
    return folder.resolve(NAME);
  }

  /** Whether there are magnitudes (DoRA). */
  public boolean decomposed() {
    return json.path("use_dora").asBoolean(false);
  }

  /** The scale of a module's addition; a module may have an alpha of its own. */
  public double scale(String module, int rank) {
    double alpha = number("lora_alpha", json.path("lora_alpha"), ALPHA);
    for (var entry : json.path("alpha_pattern").properties()) {
      if (ends(module, entry.getKey())) {
        alpha = number("alpha_pattern", entry.getValue(), alpha);
        break;
      }
    }
    return scale(alpha, rank, json.path("use_rslora").asBoolean(false));
  }

  private double number(String key, JsonNode value, double fallback) {
    if (value.isMissingNode() || value.isNull()) {
      return fallback;
    }
    if (!value.isNumber() || !Float.isFinite(value.floatValue())) {
      String shown = Message.oneLine(value.toString(), 40);
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s gives %s as %s, a number was expected.",
              "%s 给出的 %s 是 %s,应为数。", in(folder), key, shown),
          Message.of("Save the adapter again.", "请重新保存适配器。"));
    }
    return value.doubleValue();
  }

  /** alpha / r, or alpha / sqrt(r) (rsLoRA, Kalajdzievski 2023). */
  public static double scale(double alpha, int rank, boolean stabilized) {
    return stabilized ? alpha / Math.sqrt(rank) : alpha / rank;
  }

  /** A key is a regular expression for the end of a module's name. */
  private boolean ends(String module, String key) {
    try {
      return Pattern.compile("(.*\\.)?(" + key + ")")
          .matcher(new MeteredText(module, () -> badKey(key)))
          .matches();
    } catch (PatternSyntaxException | StackOverflowError _) {
      throw badKey(key);
    }
  }

  private UserError badKey(String key) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s has the key %s in alpha_pattern, which is no regular expression for a module's"
                + " name.",
            "%s 的 alpha_pattern 中的键 %s 不是模块名的正则表达式。", in(folder), key),
        Message.of("Save the adapter again.", "请重新保存适配器。"));
  }
}
