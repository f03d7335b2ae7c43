package io.zaohua.app.chat;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/**
 * How answers are drawn; changed by slash commands in the middle of a conversation.
 *
 * @param temperature 0 takes the likeliest token always
 * @param topK keep the k likeliest tokens; 0 keeps all
 * @param topP keep the likeliest tokens up to this probability; 1 keeps all
 * @param minP drop tokens below this share of the likeliest one; 0 drops none
 * @param seed the same seed gives the same text; negative draws a new one each time
 * @param maxTokens longest answer; 0 means up to the end of the context
 */
public record Style(float temperature, int topK, float topP, float minP, long seed, int maxTokens) {
  public Style {
    within("temp", temperature, 0, 100);
    within("top-k", topK, 0, Integer.MAX_VALUE);
    within("top-p", topP, 0, 1);
    within("min-p", minP, 0, 1);
    within("max", maxTokens, 0, Integer.MAX_VALUE);
  }

  /** The same with one setting changed, as {@code /temp 0.2} asks. */
  public Style with(String setting, String value) {
    try {
      return switch (setting) {
        case "temp" -> new Style(Float.parseFloat(value), topK, topP, minP, seed, maxTokens);
        case "top-k" ->
            new Style(temperature, Integer.parseInt(value), topP, minP, seed, maxTokens);
        case "top-p" ->
            new Style(temperature, topK, Float.parseFloat(value), minP, seed, maxTokens);
        case "min-p" ->
            new Style(temperature, topK, topP, Float.parseFloat(value), seed, maxTokens);
        case "seed" -> new Style(temperature, topK, topP, minP, Long.parseLong(value), maxTokens);
        case "max" -> new Style(temperature, topK, topP, minP, seed, Integer.parseInt(value));
        default -> throw new IllegalArgumentException(setting);
      };
    } catch (NumberFormatException e) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("/%s needs a number, not \"%s\".", "/%s 需要数字,而不是 “%s”。", setting, value),
          Message.of("For example: /temp 0.7.", "例如:/temp 0.7。"),
          e);
    }
  }

  @Override
  public String toString() {
    return "temp %s, top-k %d, top-p %s, min-p %s, seed %s, max %d"
        .formatted(temperature, topK, topP, minP, seed < 0 ? "random" : seed, maxTokens);
  }

  private static void within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new UserError(
          UserError.Kind.USAGE,
          most == Integer.MAX_VALUE
              ? Message.of("%s is %s and must not be negative.", "%s 为 %s,不得为负。", name, value)
              : Message.of(
                  "%s is %s and must lie between %s and %s.",
                  "%s 为 %s,应在 %s 与 %s 之间。", name, value, least, most),
          new Message("Choose another value.", "请换一个值。"));
    }
  }
}
