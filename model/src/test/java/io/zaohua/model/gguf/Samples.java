package io.zaohua.model.gguf;

import io.zaohua.model.file.TensorFile;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorSource;
import io.zaohua.model.file.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Small GGUF files with everything in them, from a seed. */
final class Samples {
  private Samples() {}

  /** One value of every type, arrays of every type, arrays of arrays. */
  static Metadata metadata(int tokens) {
    var values = new LinkedHashMap<String, GgufValue>();
    values.put("general.architecture", GgufValue.text("llama"));
    values.put("u8", GgufValue.u8(200));
    values.put("i8", GgufValue.i8(-100));
    values.put("u16", GgufValue.u16(60_000));
    values.put("i16", GgufValue.i16(-30_000));
    values.put("u32", GgufValue.u32(4_000_000_000L));
    values.put("i32", GgufValue.i32(-2_000_000_000));
    values.put("u64", GgufValue.u64(-1));
    values.put("i64", GgufValue.i64(Long.MIN_VALUE));
    values.put("f32", GgufValue.f32(0.1f));
    values.put("f32.nan", new GgufValue.Scalar(GgufValue.Type.F32, 0x7fa00001L)); // signalling
    values.put("f64", GgufValue.f64(Math.PI));
    values.put("yes", GgufValue.bool(true));
    values.put("no", GgufValue.bool(false));
    values.put("text", GgufValue.text("造化 \0 made"));
    values.put("text.empty", GgufValue.text(""));
    for (var type : GgufValue.Type.values()) {
      if (type.bytes() > 0) {
        values.put("array." + type, GgufValue.numbers(type, 1, 0, 1));
      }
    }
    values.put("array.empty", GgufValue.ints());
    values.put("not.utf8", GgufValue.texts(List.of(new byte[] {(byte) 0xff, 1}, new byte[0])));
    values.put(
        "nested",
        new GgufValue.Nested(
            List.of(
                GgufValue.ints(1, 2),
                GgufValue.strings(List.of("a", "")),
                new GgufValue.Nested(List.of(GgufValue.floats(1.5f), GgufValue.ints())))));
    values.put(
        "tokenizer.ggml.tokens",
        GgufValue.strings(IntStream.range(0, tokens).mapToObj(i -> "token" + i).toList()));
    return new Metadata(values);
  }

  /** One tensor of every type that GGUF knows, of 0 to 4 dimensions. */
  static List<TensorInfo> tensors() {
    var tensors = new ArrayList<TensorInfo>();
    for (var type : TensorType.values()) {
      if (type.ggufId() >= 0) {
        long columns = type.blockSize() * 2L - (type.quantized() ? 0 : 1);
        var shape = List.of(2L, 1L, 3L, columns);
        int from = type.quantized() ? tensors.size() % 4 : tensors.size() % 5;
        tensors.add(new TensorInfo("blk." + type + ".weight", type, shape.subList(from, 4)));
      }
    }
    return tensors;
  }

  /** Bytes that depend on the tensor's name, handed over in pieces of several sizes. */
  static TensorSource source() {
    return (tensor, sink) -> {
      var bytes = bytes(tensor);
      for (int at = 0, piece = 1; at < bytes.length; at += piece, piece = piece * 3 + 1) {
        sink.accept(MemorySegment.ofArray(bytes).asSlice(at, Math.min(piece, bytes.length - at)));
      }
    };
  }

  static byte[] bytes(TensorInfo tensor) {
    var bytes = new byte[(int) tensor.bytes()];
    new Random(tensor.name().hashCode()).nextBytes(bytes);
    return bytes;
  }

  static byte[] bytes(TensorFile file, TensorInfo tensor) {
    var bytes = new byte[(int) tensor.bytes()];
    file.read(tensor, 0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  static Path write(Path path, Metadata metadata, List<TensorInfo> tensors) {
    GgufWriter.of(metadata, tensors).write(path, source());
    return path;
  }

  static byte[] content(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
