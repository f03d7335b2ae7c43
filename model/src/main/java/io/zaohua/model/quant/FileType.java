package io.zaohua.model.quant;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a whole file is quantised to: a type for most matrices, and a mixture for the rest (see
 * {@link Mixture}). Numbers are those of {@code general.file_type} (llama_ftype in llama.h).
 */
public enum FileType {
  F16(1, TensorType.F16),
  BF16(32, TensorType.BF16),
  Q8_0(7, TensorType.Q8_0),
  Q4_0(2, TensorType.Q4_0),
  Q4_1(3, TensorType.Q4_1),
  Q5_0(8, TensorType.Q5_0),
  Q5_1(9, TensorType.Q5_1),
  Q4_K_M(15, TensorType.Q4_K),
  Q5_K_M(17, TensorType.Q5_K),
  Q6_K(18, TensorType.Q6_K);

  private final int number;
  private final TensorType type;

  FileType(int number, TensorType type) {
    this.number = number;
    this.type = type;
  }

  /** The number in {@code general.file_type}. */
  public int number() {
    return number;
  }

  /** The type of most matrices. */
  public TensorType type() {
    return type;
  }

  /**
   * The file type of a name, in any case.
   *
   * @throws UserError listing the known names
   */
  public static FileType named(String name) {
    return Arrays.stream(values())
        .filter(t -> t.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    UserError.Kind.USAGE,
                    Message.of("No file type is called %s.", "没有名为 %s 的文件类型。", name),
                    Message.of("Choose one of %s.", "请从 %s 中选择。", names())));
  }

  private static String names() {
    return Arrays.stream(values()).map(FileType::name).collect(Collectors.joining(", "));
  }
}
