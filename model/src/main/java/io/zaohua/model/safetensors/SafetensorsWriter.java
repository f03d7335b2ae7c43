package io.zaohua.model.safetensors;

import com.fasterxml.jackson.core.JsonGenerator;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Weights to be written as safetensors: everything but the tensors' bytes, which are streamed.
 *
 * @param metadata strings for {@code __metadata__}; transformers wants {@code format = pt}
 * @param tensors wider elements are written first, so that every tensor starts at a multiple of its
 *     element's size
 */
public record SafetensorsWriter(Map<String, String> metadata, List<TensorInfo> tensors) {
  private static final int HEADER_ALIGNMENT = 8;
  private static final String INDEX = "model.safetensors.index.json";

  public SafetensorsWriter {
    metadata = new TreeMap<>(metadata);
    tensors =
        tensors.stream()
            .sorted(Comparator.comparingInt((TensorInfo t) -> t.type().blockBytes()).reversed())
            .toList();
    var names = new HashSet<String>();
    for (var tensor : tensors) {
      String shown = FileBytes.shown(tensor.name());
      if (!names.add(tensor.name()) || tensor.name().equals(SafetensorsHeader.METADATA)) {
        throw refused("the name %s is taken", "名称 %s 已被占用", shown);
      }
      if (!DType.ALL.contains(tensor.type())) {
        throw refused(
            "it has no dtype for %s of tensor %s", "没有 dtype 对应 %s(张量 %s)", tensor.type(), shown);
      }
    }
  }

  private static UserError refused(String english, String chinese, Object... args) {
    var said = Message.of(english, chinese, args);
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        new Message(
            "This model cannot be written as safetensors: " + said.english() + ".",
            "此模型无法写成 safetensors:" + said.chinese() + "。"),
        Message.of("Convert its weights to F32, F16 or BF16.", "请把权重转换为 F32、F16 或 BF16。"));
  }

  /** Writes one file; it appears under its name only when it is complete. */
  public void write(Path target, TensorSource source) {
    byte[] header = header();
    try (var out = NewFile.create(target, 8 + header.length + dataBytes())) {
      write(out, header, source);
      out.finish();
    }
  }

  /**
   * Writes {@code model.safetensors}, or shards ({@code model-00001-of-00002.safetensors}) with an
   * index where the tensors take more than {@code maxBytes}.
   *
   * @return the files, the index last; all appear under their names, or none
   */
  public List<Path> write(Path folder, long maxBytes, TensorSource source) {
    var groups = groups(maxBytes);
    if (groups.size() == 1) {
      var single = folder.resolve("model.safetensors");
      refuseIndex(folder.resolve(INDEX));
      write(single, source);
      return List.of(single);
    }
    var files = new ArrayList<NewFile>();
    var paths = new ArrayList<Path>();
    var shards = new TreeMap<String, String>();
    try {
      for (int i = 0; i < groups.size(); i++) {
        String name =
            String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, groups.size());
        var part = new SafetensorsWriter(metadata, groups.get(i));
        part.tensors().forEach(tensor -> shards.put(tensor.name(), name));
        byte[] header = part.header();
        paths.add(folder.resolve(name));
        var file = NewFile.create(paths.getLast(), 8 + header.length + part.dataBytes());
        files.add(file);
        part.write(file, header, source);
        file.seal(); // so that thousands of shards do not hold thousands of descriptors
      }
      byte[] index = SafetensorsIndex.json(shards, dataBytes());
      paths.add(folder.resolve(INDEX));
      var file = NewFile.create(paths.getLast(), index.length);
      files.add(file);
      file.write(ByteBuffer.wrap(index));
      NewFile.finish(files);
    } finally {
      files.forEach(NewFile::close);
    }
    return paths;
  }

  /** Readers take an index before a single file: they would go on reading the other model. */
  private static void refuseIndex(Path index) {
    if (Files.exists(index)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s is another model's, and would be read in place of what is written.",
              "%s 属于另一个模型,读取时会取代将写出的内容。", index),
          Message.of("Name another folder.", "请指定另一个文件夹。"));
    }
  }

  private List<List<TensorInfo>> groups(long maxBytes) {
    var groups = new ArrayList<List<TensorInfo>>();
    var group = new ArrayList<TensorInfo>();
    long bytes = 0;
    for (var tensor : tensors) {
      if (bytes > maxBytes - tensor.bytes() && !group.isEmpty()) {
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

  private void write(NewFile out, byte[] header, TensorSource source) {
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip());
    out.write(ByteBuffer.wrap(header));
    for (var tensor : tensors) {
      long start = out.position();
      source.write(tensor, out::write);
      if (out.position() - start != tensor.bytes()) {
        throw new IllegalStateException(
            tensor + " takes " + tensor.bytes() + " bytes, not " + (out.position() - start));
      }
    }
  }

  private long dataBytes() {
    long bytes = 0;
    for (var tensor : tensors) {
      bytes += tensor.bytes();
    }
    return bytes;
  }

  private byte[] header() {
    var bytes = new ByteArrayOutputStream();
    try (var json = SafetensorsHeader.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsHeader.METADATA);
        for (var entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long at = 0;
      for (var tensor : tensors) {
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.type().name());
        numbers(json, "shape", tensor.shape());
        numbers(json, "data_offsets", List.of(at, at + tensor.bytes()));
        json.writeEndObject();
        at += tensor.bytes();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (bytes.size() % HEADER_ALIGNMENT != 0) {
      bytes.write(' ');
    }
    return bytes.toByteArray();
  }

  private static void numbers(JsonGenerator json, String field, List<Long> values)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (long value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }
}
