package io.zaohua.model.adapter;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.quant.Dequantizer;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tensors of an adapter, of which nothing may be left over in the end. */
final class AdapterFile {
  /** What one Java array holds. */
  private static final int LARGEST = Integer.MAX_VALUE - 16;

  private final Path path;
  private final TensorFile file;
  private final Set<String> used = new HashSet<>();
  private final Map<TensorInfo, Long> reached = new HashMap<>();

  /**
   * @param path what the user named
   */
  AdapterFile(Path path, TensorFile file) {
    this.path = path;
    this.file = file;
  }

  Optional<TensorInfo> find(String name) {
    return file.find(name);
  }

  /** A whole tensor. */
  float[] floats(TensorInfo info) {
    used.add(info.name());
    if (info.elements() > LARGEST) {
      throw other("%s is too large", "%s 过大", FileBytes.shown(info.name()));
    }
    int n = Math.toIntExact(info.elements());
    float[] values = new float[n];
    try (Arena arena = Arena.ofConfined()) {
      var bytes = arena.allocate(Math.max(1, info.bytes()), 64);
      file.read(info, 0, bytes.asSlice(0, info.bytes()));
      Dequantizer.of(info.type()).decode(bytes, 0, n, values, 0);
    }
    return values;
  }

  /** A part's rows of a tensor [.., width], in the part's order. */
  float[] rows(TensorInfo info, Place place, int width, int rows) {
    if ((long) rows * width > info.elements()) {
      throw other("%s has too few rows", "%s 的行数过少", info.name());
    }
    float[] all = floats(info);
    float[] some = new float[rows * width];
    for (int r = 0; r < rows; r++) {
      long from = place.row().applyAsLong(r) * width;
      if (from + width > all.length) {
        throw other("%s has too few rows", "%s 的行数过少", info.name());
      }
      System.arraycopy(all, (int) from, some, r * width, width);
      reached.merge(info, from + width, Math::max);
    }
    return some;
  }

  /** Refuses tensors that nothing asked for, and rows that no part has. */
  void end() {
    var unknown = file.tensors().stream().filter(t -> !used.contains(t.name())).findFirst();
    if (unknown.isPresent()) {
      throw other(
          "it has %s, which adapts no matrix of the layers",
          "其中的 %s 不对应各层的任何矩阵", FileBytes.shown(unknown.get().name()));
    }
    if (used.isEmpty()) {
      throw other("it holds no tensors", "其中没有张量");
    }
    reached.forEach(
        (info, elements) -> {
          if (info.elements() != elements) {
            throw other("%s has too many rows", "%s 的行数过多", info.name());
          }
        });
  }

  /** The adapter was made for another base. */
  UserError other(String english, String chinese, Object... args) {
    Message why = Message.of(english, chinese, args);
    return new UserError(
        UserError.Kind.INPUT,
        new Message(
            "Adapter %s does not belong to this model: %s.".formatted(path, why.english()),
            "适配器 %s 不属于此模型:%s。".formatted(path, why.chinese())),
        Message.of("Give the base it was trained on.", "请给出它训练时所用的基础模型。"));
  }
}
