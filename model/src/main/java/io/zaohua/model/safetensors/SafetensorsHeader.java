package io.zaohua.model.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON before the tensors of one safetensors file, checked: the tensors cover the rest of the
 * file without overlap or hole.
 *
 * @param metadata the strings under {@code __metadata__}
 * @param tensors in the order of their bytes
 */
record SafetensorsHeader(Map<String, String> metadata, List<Placed> tensors) {
  static final String METADATA = "__metadata__";

  /** The limit of the safetensors library. */
  static final long MAX_BYTES = 100_000_000;

  /** Ten times what the largest models have; keeps objects few against the bytes they come from. */
  static final int MAX_TENSORS = 1 << 18;

  /** Without tables of names: names from files are many, all different, and may be hostile. */
  static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /** A tensor and where in the file its bytes start. */
  record Placed(TensorInfo info, long position) {}

  SafetensorsHeader {
    metadata = Map.copyOf(metadata);
    tensors = List.copyOf(tensors);
  }

  static SafetensorsHeader read(FileBytes file) {
    if (file.size() < 8) {
      throw file.invalid(
          "a safetensors file has at least 8 bytes, this one %d",
          "safetensors 文件至少 8 字节,此文件 %d 字节", file.size());
    }
    byte[] prefix = new byte[8];
    file.read(0, MemorySegment.ofArray(prefix));
    long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > file.size() - 8 || length > MAX_BYTES) {
      throw file.invalid(
          "the header claims %s bytes, the file has %d (and a header at most %d)",
          "文件头声称有 %s 字节,文件有 %d 字节(文件头上限 %d)",
          Long.toUnsignedString(length),
          file.size(),
          MAX_BYTES);
    }
    byte[] json = new byte[(int) length];
    file.read(8, MemorySegment.ofArray(json));
    if (json[0] != '{') {
      throw file.invalid("the header does not start with {", "文件头不以 { 开头");
    }
    return new Parser(file, 8 + length).parse(json);
  }

  private static final class Parser {
    private final FileBytes file;
    private final long dataStart;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Placed> tensors = new ArrayList<>();
    private boolean metadataSeen;

    Parser(FileBytes file, long dataStart) {
      this.file = file;
      this.dataStart = dataStart;
    }

    SafetensorsHeader parse(byte[] json) {
      var utf8 = StandardCharsets.UTF_8.newDecoder(); // throws on malformed input
      try (var in =
          JSON.createParser(new InputStreamReader(new ByteArrayInputStream(json), utf8))) {
        expect(in, in.nextToken() == JsonToken.START_OBJECT);
        var names = new HashSet<String>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          if (name.equals(METADATA) ? metadataSeen : !names.add(name)) {
            throw file.invalid("the name %s stands twice", "名称 %s 重复", FileBytes.shown(name));
          }
          in.nextToken();
          if (name.equals(METADATA)) {
            metadataSeen = true;
            readMetadata(in);
          } else {
            tensors.add(tensor(in, name));
          }
          if (tensors.size() > MAX_TENSORS) {
            throw file.invalid("it has more than %d tensors", "张量超过 %d 个", MAX_TENSORS);
          }
        }
        expect(in, in.currentToken() == JsonToken.END_OBJECT);
        expect(in, in.nextToken() == null);
      } catch (IOException _) {
        throw file.invalid("the header is no valid JSON in UTF-8", "文件头不是有效的 UTF-8 JSON");
      }
      tensors.sort(
          Comparator.comparingLong(Placed::position).thenComparingLong(p -> p.info().bytes()));
      checkCover();
      return new SafetensorsHeader(metadata, tensors);
    }

    private void readMetadata(JsonParser in) throws IOException {
      expect(in, in.currentToken() == JsonToken.START_OBJECT);
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String key = in.currentName();
        expect(in, in.nextToken() == JsonToken.VALUE_STRING);
        if (metadata.put(key, in.getText()) != null) {
          throw file.invalid(
              "the metadata key %s stands twice", "元数据键 %s 重复", FileBytes.shown(key));
        }
      }
      expect(in, in.currentToken() == JsonToken.END_OBJECT);
    }

    private Placed tensor(JsonParser in, String name) throws IOException {
      expect(in, in.currentToken() == JsonToken.START_OBJECT);
      Optional<TensorType> type = Optional.empty();
      Optional<List<Long>> shape = Optional.empty();
      Optional<List<Long>> offsets = Optional.empty();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String field = in.currentName();
        in.nextToken();
        switch (field) {
          case "dtype" -> {
            expect(in, type.isEmpty() && in.currentToken() == JsonToken.VALUE_STRING);
            type = Optional.of(type(name, in.getText()));
          }
          case "shape" -> {
            expect(in, shape.isEmpty());
            shape = Optional.of(wholeNumbers(in));
          }
          case "data_offsets" -> {
            expect(in, offsets.isEmpty());
            offsets = Optional.of(wholeNumbers(in));
          }
          default ->
              throw file.invalid(
                  "tensor %s has an unknown field %s",
                  "张量 %s 有未知字段 %s", FileBytes.shown(name), FileBytes.shown(field));
        }
      }
      expect(in, in.currentToken() == JsonToken.END_OBJECT);
      if (type.isEmpty() || shape.isEmpty() || offsets.isEmpty() || offsets.get().size() != 2) {
        throw file.invalid(
            "tensor %s lacks a dtype, a shape or two data_offsets",
            "张量 %s 缺少 dtype、shape 或两个 data_offsets", FileBytes.shown(name));
      }
      return place(
          new TensorInfo(name, type.get(), shape.get()),
          offsets.get().getFirst(),
          offsets.get().getLast());
    }

    private Placed place(TensorInfo info, long begin, long end) {
      long bytes;
      try {
        bytes = info.bytes();
      } catch (ArithmeticException _) {
        throw file.invalid(
            "tensor %s is larger than any file", "张量 %s 大于任何文件", FileBytes.shown(info.name()));
      }
      if (begin > end || end > file.size() - dataStart) {
        throw file.invalid(
            "tensor %s claims bytes %d to %d, the file has %d of data",
            "张量 %s 声称占字节 %d 到 %d,文件只有 %d 字节数据",
            FileBytes.shown(info.name()),
            begin,
            end,
            file.size() - dataStart);
      }
      if (bytes != end - begin) {
        throw file.invalid(
            "tensor %s takes %d bytes by its shape and %d by its offsets",
            "张量 %s 按形状应占 %d 字节,按偏移为 %d 字节", FileBytes.shown(info.name()), bytes, end - begin);
      }
      return new Placed(info, dataStart + begin);
    }

    private void checkCover() {
      long reached = dataStart;
      for (var next : tensors) {
        if (next.position() != reached) {
          throw file.invalid(
              next.position() < reached
                  ? "tensor %s overlaps the one before it"
                  : "there is a hole in the data before tensor %s",
              next.position() < reached ? "张量 %s 与前一个重叠" : "张量 %s 之前的数据有空洞",
              FileBytes.shown(next.info().name()));
        }
        reached += next.info().bytes();
      }
      if (reached != file.size()) {
        throw file.invalid(
            "%d bytes after the last tensor belong to none",
            "最后一个张量之后有 %d 字节不属于任何张量", file.size() - reached);
      }
    }

    private List<Long> wholeNumbers(JsonParser in) throws IOException {
      expect(in, in.currentToken() == JsonToken.START_ARRAY);
      var numbers = new ArrayList<Long>();
      while (in.nextToken() == JsonToken.VALUE_NUMBER_INT) {
        long number = in.getLongValue(); // throws outside 64 bits
        expect(in, number >= 0);
        numbers.add(number);
      }
      expect(in, in.currentToken() == JsonToken.END_ARRAY);
      return numbers;
    }

    private TensorType type(String name, String dtype) {
      return DType.find(dtype)
          .orElseThrow(
              () ->
                  file.unsupported(
                      "tensor %s has dtype %s, which is not known here",
                      "张量 %s 的 dtype %s 未知", FileBytes.shown(name), FileBytes.shown(dtype)));
    }

    private void expect(JsonParser in, boolean holds) {
      if (!holds) {
        throw file.invalid(
            "the header is not the JSON of safetensors, at character %d",
            "文件头第 %d 个字符处不是 safetensors 的 JSON", in.currentLocation().getCharOffset());
      }
    }
  }
}
