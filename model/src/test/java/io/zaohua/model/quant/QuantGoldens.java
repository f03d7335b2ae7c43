package io.zaohua.model.quant;

import io.zaohua.model.file.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Vectors written by tools/goldens/quant.py. */
final class QuantGoldens {
  private QuantGoldens() {}

  /** A type, stored bytes, and the values that belong to them. */
  record Vector(TensorType type, byte[] bytes, float[] values) {
    @Override
    public String toString() {
      return type.name();
    }
  }

  /** What llama.cpp's gguf package reads out of random blocks. */
  static List<Vector> decoded() {
    return read("decode.txt").stream()
        .map(f -> new Vector(TensorType.valueOf(f[0]), hex(f[1]), floats(f[2])))
        .toList();
  }

  /** What llama.cpp writes for one row of 1,024 values. */
  static List<Vector> encoded() {
    var lines = read("encode.txt");
    float[] row = floats(lines.getFirst()[2]);
    return lines.stream().map(f -> new Vector(TensorType.valueOf(f[0]), hex(f[1]), row)).toList();
  }

  private static List<String[]> read(String name) {
    try (var in = QuantGoldens.class.getResourceAsStream("/quant/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" ", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static float[] floats(String text) {
    var buffer = ByteBuffer.wrap(hex(text)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
