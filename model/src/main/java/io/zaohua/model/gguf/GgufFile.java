package io.zaohua.model.gguf;

import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A model in GGUF: one file, or all shards of one (any shard may be named when opening). Versions 2
 * and 3, little-endian.
 */
public final class GgufFile implements TensorFile {
  private final List<FileBytes> files;
  private final GgufHeader first;
  private final List<TensorInfo> tensors;
  private final Map<String, Location> locations;

  private record Location(TensorInfo info, FileBytes file, long position) {}

  private GgufFile(List<FileBytes> files, List<GgufHeader> headers) {
    this.files = List.copyOf(files);
    this.first = headers.getFirst();
    this.locations = new HashMap<>();
    var all = new ArrayList<TensorInfo>();
    for (int i = 0; i < headers.size(); i++) {
      var file = files.get(i);
      for (var placed : headers.get(i).tensors()) {
        var info = placed.info();
        if (locations.put(info.name(), new Location(info, file, placed.position())) != null) {
          throw file.invalid(
              "the tensor %s stands in another shard too",
              "张量 %s 也出现在另一个分片中", FileBytes.shown(info.name()));
        }
        all.add(info);
      }
    }
    this.tensors = List.copyOf(all);
  }

  /**
   * Opens a file and, where it is a shard, its siblings.
   *
   * @throws UserError if a file is missing, damaged or of an unsupported kind
   */
  public static GgufFile open(Path path) {
    var files = new ArrayList<FileBytes>();
    try {
      files.add(FileBytes.open(path));
      var headers = new ArrayList<GgufHeader>();
      headers.add(GgufHeader.read(files.getFirst()));
      var shard = Shard.of(files.getFirst(), headers.getFirst());
      if (shard.isPresent()) {
        openSiblings(shard.get(), files, headers);
      }
      return new GgufFile(files, headers);
    } catch (RuntimeException | Error e) {
      files.forEach(FileBytes::close);
      throw e;
    }
  }

  private static void openSiblings(Shard known, List<FileBytes> files, List<GgufHeader> headers) {
    var knownFile = files.getFirst();
    var knownHeader = headers.getFirst();
    files.remove(knownFile);
    headers.clear();
    for (int i = 0; i < known.count(); i++) {
      if (i == known.number()) {
        files.add(knownFile);
        headers.add(knownHeader);
        continue;
      }
      var file = known.open(i);
      files.add(file);
      var header = GgufHeader.read(file);
      headers.add(header);
      if (!Shard.of(file, header).equals(Optional.of(known.sibling(i)))) {
        throw file.invalid(
            "this is not shard %d of %d of the same model",
            "这不是同一模型的第 %d/%d 个分片", i + 1, known.count());
      }
    }
    long found = headers.stream().mapToLong(h -> h.tensors().size()).sum();
    if (known.tensors() != found) {
      throw knownFile.invalid(
          "the shards hold %d tensors, %d were expected",
          "各分片共有 %d 个张量,应有 %d 个", found, known.tensors());
    }
  }

  /** The key-value pairs; of the first shard where the model is split. */
  public Metadata metadata() {
    return first.metadata();
  }

  /** The version of the format, 2 or 3. */
  public int version() {
    return first.version();
  }

  /** Tensors start at multiples of this many bytes. */
  public int alignment() {
    return first.alignment();
  }

  /** The files the model stands in, in order. */
  public List<Path> paths() {
    return files.stream().map(FileBytes::path).toList();
  }

  @Override
  public List<TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public Optional<TensorInfo> find(String name) {
    return Optional.ofNullable(locations.get(name)).map(Location::info);
  }

  @Override
  public void read(TensorInfo tensor, long offset, MemorySegment target) {
    var location = locations.get(tensor.name());
    if (location == null) {
      throw new IllegalArgumentException("no such tensor here: " + tensor);
    }
    Objects.checkFromIndexSize(offset, target.byteSize(), location.info().bytes());
    location.file().read(location.position() + offset, target);
  }

  @Override
  public void close() {
    files.forEach(FileBytes::close);
  }
}
