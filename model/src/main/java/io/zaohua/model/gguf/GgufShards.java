package io.zaohua.model.gguf;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Splits a GGUF model into shards and joins them again, as llama.cpp's gguf-split does. */
public final class GgufShards {
  private static final int MAX_SHARDS = 65_535;

  private GgufShards() {}

  /**
   * Where one shard ends. A tensor is never cut, so one above {@code maxBytes} gets a shard alone.
   *
   * @param maxBytes of tensor data in a shard
   * @param maxTensors in a shard
   */
  public record Limit(long maxBytes, int maxTensors) {
    public Limit {
      if (maxBytes < 1 || maxTensors < 1) {
        throw new UserError(
            UserError.Kind.USAGE,
            Message.of(
                "A shard of at most %d bytes and %d tensors can hold nothing.",
                "至多 %d 字节、%d 个张量的分片什么也装不下。", maxBytes, maxTensors),
            Message.of("Give positive limits.", "请给出正数。"));
      }
    }

    public static Limit bytes(long maxBytes) {
      return new Limit(maxBytes, Integer.MAX_VALUE);
    }

    public static Limit tensors(int maxTensors) {
      return new Limit(Long.MAX_VALUE, maxTensors);
    }
  }

  /**
   * Splits a model.
   *
   * @param model the file, or any shard of it
   * @param base path of the shards without {@code -00001-of-00003.gguf}
   * @return the shards; all of them appear under their names, or none
   */
  public static List<Path> split(Path model, Path base, Limit limit) {
    try (var file = GgufFile.open(model)) {
      var whole = new GgufWriter(file.version(), file.metadata(), file.tensors());
      int count = groups(whole.tensors(), limit).size();
      for (int i = 0; i < count; i++) {
        NewFile.refuseSource(new Shard(base, i, count, 0).path(), file.paths());
      }
      return write(whole, base, limit, TensorSource.of(file));
    }
  }

  /** Joins the shards of a model into one file. */
  public static void join(Path anyShard, Path target) {
    try (var file = GgufFile.open(anyShard)) {
      NewFile.refuseSource(target, file.paths());
      var metadata = file.metadata().without(Shard.NUMBER, Shard.COUNT, Shard.TENSORS);
      new GgufWriter(file.version(), metadata, file.tensors()).write(target, TensorSource.of(file));
    }
  }

  /** Writes a model as shards; arguments and result as in {@link #split}. */
  public static List<Path> write(GgufWriter whole, Path base, Limit limit, TensorSource source) {
    var groups = groups(whole.tensors(), limit);
    if (groups.size() > MAX_SHARDS) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "The limit gives %d shards, at most %d can be numbered.",
              "此限制会产生 %d 个分片,最多可编号 %d 个。", groups.size(), MAX_SHARDS),
          Message.of("Give a larger limit.", "请增大限制。"));
    }
    var files = new ArrayList<NewFile>();
    var paths = new ArrayList<Path>();
    try {
      for (int i = 0; i < groups.size(); i++) {
        var shard = new Shard(base, i, groups.size(), whole.tensors().size());
        var part =
            new GgufWriter(whole.version(), metadata(whole.metadata(), shard), groups.get(i));
        var file = NewFile.create(shard.path(), part.size());
        files.add(file);
        paths.add(shard.path());
        part.write(file, source);
        file.seal(); // so that thousands of shards do not hold thousands of descriptors
      }
      NewFile.finish(files);
    } finally {
      files.forEach(NewFile::close);
    }
    return paths;
  }

  private static List<List<TensorInfo>> groups(List<TensorInfo> tensors, Limit limit) {
    var groups = new ArrayList<List<TensorInfo>>();
    var group = new ArrayList<TensorInfo>();
    long bytes = 0;
    for (var tensor : tensors) {
      boolean full =
          group.size() >= limit.maxTensors() || bytes > limit.maxBytes() - tensor.bytes();
      if (full && !group.isEmpty()) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      group.add(tensor);
      bytes += tensor.bytes();
    }
    groups.add(group);
    return groups;
  }

  /** The first shard carries the model's metadata, the others only what placing them takes. */
  private static Metadata metadata(Metadata whole, Shard shard) {
    var values = new LinkedHashMap<String, GgufValue>();
    if (shard.number() == 0) {
      values.putAll(whole.without(Shard.NUMBER, Shard.COUNT, Shard.TENSORS).values());
    } else {
      whole
          .find(GgufHeader.ALIGNMENT)
          .ifPresent(alignment -> values.put(GgufHeader.ALIGNMENT, alignment));
    }
    values.put(Shard.NUMBER, GgufValue.u16(shard.number()));
    values.put(Shard.COUNT, GgufValue.u16(shard.count()));
    values.put(Shard.TENSORS, GgufValue.i32((int) shard.tensors()));
    return new Metadata(values);
  }
}
