package io.zaohua.engine.cache;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.Locale;

/** How cached keys and values are stored. */
public enum KvType {
  F32,
  F16,
  /** int8 codes with one f32 scale per 32 elements of a head. */
  Q8_0;

  /** The type of that name: f32, f16 or q8_0. */
  public static KvType of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "f32" -> F32;
      case "f16" -> F16;
      case "q8_0" -> Q8_0;
      default ->
          throw new UserError(
              UserError.Kind.USAGE,
              Message.of("There is no cache type %s.", "没有名为 %s 的缓存类型。", name),
              Message.of("Use f32, f16 or q8_0.", "请用 f32、f16 或 q8_0。"));
    };
  }

  /** Its number in files, as GGUF numbers tensor types. */
  int number() {
    return switch (this) {
      case F32 -> 0;
      case F16 -> 1;
      case Q8_0 -> 8;
    };
  }

  /** Bytes of {@code elements} cached elements of one head. */
  long bytes(int elements) {
    return switch (this) {
      case F32 -> 4L * elements;
      case F16 -> 2L * elements;
      case Q8_0 -> elements + 4L * ((elements + 31) / 32);
    };
  }
}
