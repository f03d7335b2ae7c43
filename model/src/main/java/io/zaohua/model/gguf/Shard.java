package io.zaohua.model.gguf;

import io.zaohua.model.file.FileBytes;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The place of one file among the shards of a model. Keys and names are those of llama.cpp's
 * gguf-split: {@code model-00001-of-00003.gguf}.
 *
 * @param base path without the number and the suffix
 * @param number from 0
 * @param tensors of all shards together
 */
record Shard(Path base, int number, int count, long tensors) {
  static final String NUMBER = "split.no";
  static final String COUNT = "split.count";
  static final String TENSORS = "split.tensors.count";

  /** Empty where the file is a whole model. */
  static Optional<Shard> of(FileBytes file, GgufHeader header) {
    var metadata = header.metadata();
    long count = metadata.integer(COUNT).orElse(1L);
    if (count == 1) {
      return Optional.empty();
    }
    long number = metadata.integer(NUMBER).orElse(-1L);
    long tensors = metadata.integer(TENSORS).orElse(-1L);
    if (count < 1 || count > 65_535 || number < 0 || number >= count || tensors < 0) {
      throw file.invalid(
          "it claims to be shard %d of %d with %d tensors in all",
          "它声称是第 %d/%d 个分片,共 %d 个张量", number, count, tensors);
    }
    String name = String.valueOf(file.path().getFileName());
    String suffix = suffix((int) number, (int) count);
    if (!name.endsWith(suffix)) {
      throw file.invalid(
          "it is shard %d of %d, whose name must end in %s",
          "它是第 %d/%d 个分片,文件名应以 %s 结尾", number + 1, count, suffix);
    }
    var base = file.path().resolveSibling(name.substring(0, name.length() - suffix.length()));
    return Optional.of(new Shard(base, (int) number, (int) count, tensors));
  }

  Shard sibling(int other) {
    return new Shard(base, other, count, tensors);
  }

  Path path() {
    return base.resolveSibling(String.valueOf(base.getFileName()) + suffix(number, count));
  }

  FileBytes open(int other) {
    return FileBytes.open(sibling(other).path());
  }

  private static String suffix(int number, int count) {
    return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", number + 1, count);
  }
}
