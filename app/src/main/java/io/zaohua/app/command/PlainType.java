package io.zaohua.app.command;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import java.util.Locale;

/** The types that convert and merge write. */
final class PlainType {
  private PlainType() {}

  static TensorType of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "f32" -> TensorType.F32;
      case "f16" -> TensorType.F16;
      case "bf16" -> TensorType.BF16;
      default ->
          throw new UserError(
              UserError.Kind.USAGE,
              Message.of(
                  "Matrices are written as f32, f16 or bf16, not %s.",
                  "矩阵只写为 f32、f16 或 bf16,而不是 %s。", name),
              new Message("For smaller types use quantize.", "更小的类型请用 quantize。"));
    };
  }
}
