package io.zaohua.model.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.MeteredText;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * adapter_config.json of a LoRA, rsLoRA or DoRA adapter, as PEFT writes it (peft/tuners/lora).
 *
 * @param folder where it was read
 */
public record PeftConfig(Path folder, ObjectNode json) {
  /** What PEFT puts before a module's name. */
  public static final String PREFIX = "base_model.model.";

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
        String kind = json.path("peft_type").asText("unknown");
        if (!kind.equals("LORA")) {
          throw kind(folder, kind);
        }
        return new PeftConfig(folder, json);
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

  /** An adapter of a kind that is not known here. */
  static UserError kind(Path path, String kind) {
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        Message.of(
            "%s is an adapter of kind %s, and LORA was expected.",
            "%s 是 %s 类适配器,应为 LORA。", path, kind),
        Message.of("Use a LoRA, rsLoRA or DoRA adapter.", "请使用 LoRA、rsLoRA 或 DoRA 适配器。"));
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
