package io.zaohua.model.gguf;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/**
 * A GGUF file to be written: everything but the tensors' bytes, which are streamed.
 *
 * @param version 2 or 3
 * @param metadata in the order to be written; {@code general.alignment} sets the alignment
 * @param tensors in the order to be written; names, types that GGUF knows, at most 4 dimensions
 */
public record GgufWriter(int version, Metadata metadata, List<TensorInfo> tensors) {
  public GgufWriter {
    tensors = List.copyOf(tensors);
    if (version != 2 && version != 3) {
      throw new IllegalArgumentException("GGUF version 2 or 3, not " + version);
    }
    if (GgufHeader.alignment(metadata).isEmpty()) {
      throw refused("general.alignment is no U32 power of two", "general.alignment 不是 U32 的 2 的幂");
    }
    var names = new HashSet<String>();
    for (var tensor : tensors) {
      String shown = FileBytes.shown(tensor.name());
      if (!names.add(tensor.name())) {
        throw refused("the tensor %s would stand twice", "张量 %s 会重复", shown);
      }
      if (tensor.type().ggufId() < 0) {
        throw refused(
            "it has no type for %s of tensor %s", "没有类型对应 %s(张量 %s)", tensor.type(), shown);
      }
      if (tensor.shape().size() > GgufHeader.MAX_DIMENSIONS || tensor.elements() == 0) {
        throw refused(
            "the shape %s of tensor %s does not fit", "形状 %s(张量 %s)不适用", tensor.shape(), shown);
      }
    }
  }

  /** Version 3. */
  public static GgufWriter of(Metadata metadata, List<TensorInfo> tensors) {
    return new GgufWriter(3, metadata, tensors);
  }

  /** Bytes of the whole file. */
  public long size() {
    return aligned(headerBytes()) + dataBytes();
  }

  /** Writes the file; it appears under its name only when it is complete. */
  public void write(Path target, TensorSource source) {
    try (var out = NewFile.create(target, size())) {
      write(out, source);
      out.finish();
    }
  }

  void write(NewFile out, TensorSource source) {
    out.write(header());
    out.align(alignment());
    for (var tensor : tensors) {
      long start = out.position();
      source.write(tensor, out::write);
      if (out.position() - start != tensor.bytes()) {
        throw new IllegalStateException(
            tensor + " takes " + tensor.bytes() + " bytes, not " + (out.position() - start));
      }
      out.align(alignment());
    }
  }

  private int alignment() {
    return GgufHeader.alignment(metadata).orElse(GgufHeader.DEFAULT_ALIGNMENT);
  }

  private long aligned(long position) {
    return Math.ceilDiv(position, alignment()) * alignment();
  }

  private static UserError refused(String english, String chinese, Object... args) {
    var said = Message.of(english, chinese, args);
    return new UserError(
        UserError.Kind.UNSUPPORTED,
        new Message(
            "This model cannot be written as GGUF: " + said.english() + ".",
            "此模型无法写成 GGUF:" + said.chinese() + "。"),
        Message.of("Change it, or write safetensors.", "请修改,或写成 safetensors。"));
  }

  private ByteBuffer header() {
    var out = ByteBuffer.allocate(Math.toIntExact(headerBytes())).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(GgufHeader.MAGIC).putInt(version);
    out.putLong(tensors.size()).putLong(metadata.values().size());
    metadata
        .values()
        .forEach(
            (key, value) -> {
              putName(out, key);
              out.putInt(value.type().number());
              put(out, value);
            });
    long offset = 0;
    for (var tensor : tensors) {
      putName(out, tensor.name());
      out.putInt(tensor.shape().size());
      tensor.shape().reversed().forEach(out::putLong);
      out.putInt(tensor.type().ggufId()).putLong(offset);
      offset += aligned(tensor.bytes());
    }
    return out.flip();
  }

  private static void putName(ByteBuffer out, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    out.putLong(utf8.length).put(utf8);
  }

  private static void put(ByteBuffer out, GgufValue value) {
    switch (value) {
      case GgufValue.Scalar(var type, var bits) -> {
        switch (type.bytes()) {
          case 1 -> out.put((byte) bits);
          case 2 -> out.putShort((short) bits);
          case 4 -> out.putInt((int) bits);
          default -> out.putLong(bits);
        }
      }
      case GgufValue.Text text -> out.putLong(text.bytes().length).put(text.bytes());
      case GgufValue.Array array -> {
        out.putInt(array.elementType().number()).putLong(array.size());
        switch (array) {
          case GgufValue.Numbers numbers -> out.put(numbers.packed());
          case GgufValue.Texts texts -> out.put(texts.packed());
          case GgufValue.Nested nested -> nested.arrays().forEach(inner -> put(out, inner));
        }
      }
    }
  }

  private long headerBytes() {
    long bytes = 4 + 4 + 8 + 8;
    for (var entry : metadata.values().entrySet()) {
      bytes += nameBytes(entry.getKey()) + 4 + bytes(entry.getValue());
    }
    for (var tensor : tensors) {
      bytes += nameBytes(tensor.name()) + 4 + 8L * tensor.shape().size() + 4 + 8;
    }
    return bytes;
  }

  private static long nameBytes(String name) {
    return 8 + name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static long bytes(GgufValue value) {
    return switch (value) {
      case GgufValue.Scalar(var type, var _) -> type.bytes();
      case GgufValue.Text text -> 8 + text.bytes().length;
      case GgufValue.Numbers numbers -> 12 + numbers.packed().capacity();
      case GgufValue.Texts texts -> 12 + texts.packed().capacity();
      case GgufValue.Nested nested ->
          12 + nested.arrays().stream().mapToLong(GgufWriter::bytes).sum();
    };
  }

  long dataBytes() {
    long bytes = 0;
    for (var tensor : tensors) {
      bytes += aligned(tensor.bytes());
    }
    return bytes;
  }
}
