package io.zaohua.model.safetensors;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Weights in safetensors: one file, or the shards that an index names. */
public final class SafetensorsFile implements TensorFile {
  private static final String INDEX_SUFFIX = ".safetensors.index.json";

  private final List<FileBytes> files;
  private final Map<String, String> metadata;
  private final List<TensorInfo> tensors;
  private final Map<String, Location> locations;

  private record Location(TensorInfo info, FileBytes file, long position) {}

  private SafetensorsFile(List<FileBytes> files, Optional<SafetensorsIndex> index) {
    this.files = files;
    this.metadata = new TreeMap<>();
    this.locations = new HashMap<>();
    var all = new ArrayList<TensorInfo>();
    for (var file : files) {
      var header = SafetensorsHeader.read(file);
      metadata.putAll(header.metadata());
      for (var placed : header.tensors()) {
        var info = placed.info();
        String shard = String.valueOf(file.path().getFileName());
        // What the index does not name belongs to no model.
        if (index.isEmpty() || shard.equals(index.get().shards().get(info.name()))) {
          locations.put(info.name(), new Location(info, file, placed.position()));
          all.add(info);
        }
      }
    }
    this.tensors = List.copyOf(all);
    index.ifPresent(i -> i.requireAll(locations.keySet()));
  }

  /**
   * Opens a {@code .safetensors} file, an index ({@code .safetensors.index.json}) with its shards,
   * or the one of the two that a folder holds.
   *
   * @throws UserError if a file is missing or damaged
   */
  public static SafetensorsFile open(Path path) {
    var file = Files.isDirectory(path) ? inFolder(path) : path;
    var files = new ArrayList<FileBytes>();
    try {
      if (file.toString().endsWith(INDEX_SUFFIX)) {
        var index = SafetensorsIndex.read(file);
        index.paths().forEach(shard -> files.add(FileBytes.open(shard)));
        return new SafetensorsFile(files, Optional.of(index));
      }
      files.add(FileBytes.open(file));
      return new SafetensorsFile(files, Optional.empty());
    } catch (RuntimeException | Error e) {
      files.forEach(FileBytes::close);
      throw e;
    }
  }

  /** The index before the single file; {@code model.} before any other name (diffusers). */
  private static Path inFolder(Path folder) {
    try (var entries = Files.list(folder)) {
      var names = entries.map(p -> String.valueOf(p.getFileName())).sorted().toList();
      var candidates = new ArrayList<String>(List.of("model" + INDEX_SUFFIX, "model.safetensors"));
      names.stream().filter(n -> n.endsWith(INDEX_SUFFIX)).forEach(candidates::add);
      names.stream().filter(n -> n.endsWith(".safetensors")).forEach(candidates::add);
      return candidates.stream()
          .filter(names::contains)
          .findFirst()
          .map(folder::resolve)
          .orElseThrow(
              () ->
                  new UserError(
                      UserError.Kind.NOT_FOUND,
                      Message.of(
                          "The folder %s holds no safetensors file.",
                          "文件夹 %s 中没有 safetensors 文件。", folder),
                      Message.of(
                          "Name a folder with model.safetensors or its index.",
                          "请指定含有 model.safetensors 或其索引的文件夹。")));
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("The folder %s cannot be listed.", "无法列出文件夹 %s。", folder),
          Message.of("Check the permissions.", "请检查权限。"),
          e);
    }
  }

  /** The strings under {@code __metadata__}, of all shards together. */
  public Map<String, String> metadata() {
    return Map.copyOf(metadata);
  }

  /** The weight files, in order. */
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
