package io.zaohua.model.gguf;

import io.zaohua.model.file.FileBytes;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;

/**
 * What stands before the tensors of one GGUF file, checked. Layout: ggml's docs/gguf.md.
 *
 * @param tensors in file order
 */
record GgufHeader(int version, Metadata metadata, int alignment, List<Placed> tensors) {
  static final String ALIGNMENT = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;
  static final int MAGIC = 0x46554747;
  static final int MAX_DIMENSIONS = 4;

  /** Far above any real file; keeps objects small change against the bytes they come from. */
  private static final int MAX_KEYS = 1 << 16;

  private static final int MAX_TENSORS = 1 << 16;
  private static final int MAX_NAME = 65_535;
  private static final int MAX_NESTED_ARRAYS = 1 << 16;
  private static final int MAX_DEPTH = 8;

  private static final List<GgufValue.Type> VALUE_TYPES = List.of(GgufValue.Type.values());
  private static final List<TensorType> TENSOR_TYPES = List.of(TensorType.values());

  /** A tensor and where in the file its bytes start. */
  record Placed(TensorInfo info, long position) {}

  GgufHeader {
    tensors = List.copyOf(tensors);
  }

  static GgufHeader read(FileBytes file) {
    return new Parser(file).parse();
  }

  /** What the metadata says, the default where it says nothing, empty where it is wrong. */
  static OptionalInt alignment(Metadata metadata) {
    var stored = metadata.find(ALIGNMENT);
    if (stored.isEmpty()) {
      return OptionalInt.of(DEFAULT_ALIGNMENT);
    }
    return stored.get() instanceof GgufValue.Scalar(var type, var value)
            && type == GgufValue.Type.U32
            && Long.bitCount(value) == 1
            && value <= 1 << 30
        ? OptionalInt.of((int) value)
        : OptionalInt.empty();
  }

  private static final class Parser {
    private final FileBytes file;
    private final HeaderBytes in;
    private int nestedArrays;

    Parser(FileBytes file) {
      this.file = file;
      this.in = new HeaderBytes(file);
    }

    GgufHeader parse() {
      if (file.size() < 24 || in.u32() != MAGIC) {
        throw file.invalid(
            "this is no GGUF file (it does not start with GGUF and a header)",
            "不是 GGUF 文件(开头不是 GGUF 文件头)");
      }
      int version = version();
      long claimedTensors = in.u64();
      long claimedKeys = in.u64();
      // key length, value type, smallest value; name length, dimensions, type, offset
      int keys = in.count(claimedKeys, 8 + 4 + 1, MAX_KEYS, "metadata keys");
      int count = in.count(claimedTensors, 8 + 4 + 4 + 8, MAX_TENSORS, "tensors");
      var values = new LinkedHashMap<String, GgufValue>();
      for (int i = 0; i < keys; i++) {
        String key = name();
        if (values.putIfAbsent(key, value(type(), 0)) != null) {
          throw file.invalid(
              "the metadata key %s stands twice", "元数据键 %s 重复", FileBytes.shown(key));
        }
      }
      var metadata = new Metadata(values);
      int alignment =
          GgufHeader.alignment(metadata)
              .orElseThrow(
                  () ->
                      file.invalid(
                          "general.alignment is no U32 power of two",
                          "general.alignment 不是 U32 的 2 的幂"));
      var tensors = tensors(count, alignment);
      return new GgufHeader(version, metadata, alignment, tensors);
    }

    private int version() {
      long version = in.u32();
      if ((version & 0xffff) == 0 && version != 0) {
        throw file.unsupported(
            "the file is big-endian, only little-endian GGUF is read", "文件是大端序,只支持小端序 GGUF");
      }
      if (version < 2 || version > 3) {
        throw file.unsupported(
            "GGUF version %s is not supported, 2 and 3 are", "不支持 GGUF 版本 %s,只支持 2 和 3", version);
      }
      return (int) version;
    }

    private GgufValue.Type type() {
      long number = in.u32();
      if (number >= VALUE_TYPES.size()) {
        throw file.invalid("%s is no GGUF value type", "%s 不是 GGUF 值类型", number);
      }
      return VALUE_TYPES.get((int) number);
    }

    private GgufValue value(GgufValue.Type type, int depth) {
      return switch (type) {
        case TEXT ->
            new GgufValue.Text(
                in.bytes(in.count(in.u64(), 1, Integer.MAX_VALUE - 8, "bytes of a string")));
        case ARRAY -> array(depth);
        case BOOL -> new GgufValue.Scalar(type, truth(in.u8()));
        case U8, I8, U16, I16, U32, I32, F32, U64, I64, F64 ->
            new GgufValue.Scalar(
                type,
                switch (type.bytes()) {
                  case 1 -> in.u8();
                  case 2 -> in.u16();
                  case 4 -> in.u32();
                  default -> in.u64();
                });
      };
    }

    private int truth(int stored) {
      if (stored > 1) {
        throw file.invalid(
            "%s stands where true (1) or false (0) was expected", "%s 不是真(1)或假(0)", stored);
      }
      return stored;
    }

    private GgufValue.Array array(int depth) {
      var element = type();
      long claimed = in.u64();
      return switch (element) {
        case TEXT -> in.texts(in.count(claimed, 8, Integer.MAX_VALUE - 8, "strings"));
        case ARRAY -> nested(claimed, depth);
        case BOOL, U8, I8, U16, I16, U32, I32, F32, U64, I64, F64 -> {
          int width = element.bytes();
          int count = in.count(claimed, width, (Integer.MAX_VALUE - 8) / width, "numbers");
          byte[] packed = in.bytes(count * width);
          if (element == GgufValue.Type.BOOL) {
            for (byte b : packed) {
              truth(b & 0xff);
            }
          }
          yield new GgufValue.Numbers(element, packed);
        }
      };
    }

    private GgufValue.Nested nested(long claimed, int depth) {
      int count = in.count(claimed, 4 + 8, MAX_NESTED_ARRAYS, "arrays in an array");
      nestedArrays += count;
      if (depth >= MAX_DEPTH || nestedArrays > MAX_NESTED_ARRAYS) {
        throw file.invalid(
            "arrays are nested more than %d deep or more than %d times",
            "数组嵌套超过 %d 层或 %d 个", MAX_DEPTH, MAX_NESTED_ARRAYS);
      }
      var arrays = new ArrayList<GgufValue.Array>(count);
      for (int i = 0; i < count; i++) {
        arrays.add(array(depth + 1));
      }
      return new GgufValue.Nested(arrays);
    }

    private List<Placed> tensors(int count, int alignment) {
      var infos = new ArrayList<TensorInfo>(count);
      long[] offsets = new long[count];
      var names = new HashSet<String>();
      for (int i = 0; i < count; i++) {
        String name = name();
        if (!names.add(name)) {
          throw file.invalid("the tensor %s stands twice", "张量 %s 重复", FileBytes.shown(name));
        }
        var shape = shape(name);
        var info = new TensorInfo(name, tensorType(name), shape);
        check(info);
        infos.add(info);
        offsets[i] = in.u64();
        if (offsets[i] < 0 || offsets[i] % alignment != 0) {
          throw file.invalid(
              "tensor %s starts at %s, no multiple of the alignment %d",
              "张量 %s 的起点 %s 不是对齐值 %d 的倍数",
              FileBytes.shown(name),
              Long.toUnsignedString(offsets[i]),
              alignment);
        }
      }
      long dataStart = Math.ceilDiv(in.position(), alignment) * alignment;
      var placed = new ArrayList<Placed>(count);
      for (int i = 0; i < count; i++) {
        var info = infos.get(i);
        if (offsets[i] > file.size() - dataStart - info.bytes()) {
          throw file.invalid(
              "tensor %s of %d bytes reaches past the file's end",
              "张量 %s(%d 字节)超出文件末尾", FileBytes.shown(info.name()), info.bytes());
        }
        placed.add(new Placed(info, dataStart + offsets[i]));
      }
      refuseOverlap(placed);
      return placed;
    }

    private void refuseOverlap(List<Placed> tensors) {
      var sorted = tensors.toArray(new Placed[0]);
      Arrays.sort(sorted, Comparator.comparingLong(Placed::position));
      for (int i = 1; i < sorted.length; i++) {
        var before = sorted[i - 1];
        if (before.position() + before.info().bytes() > sorted[i].position()) {
          throw file.invalid(
              "tensors %s and %s overlap",
              "张量 %s 与 %s 重叠",
              FileBytes.shown(before.info().name()),
              FileBytes.shown(sorted[i].info().name()));
        }
      }
    }

    private List<Long> shape(String name) {
      long dimensions = in.u32();
      if (dimensions > MAX_DIMENSIONS) {
        throw file.invalid(
            "tensor %s claims %d dimensions, at most %d exist",
            "张量 %s 声称有 %d 维,最多 %d 维", FileBytes.shown(name), dimensions, MAX_DIMENSIONS);
      }
      var shape = new Long[(int) dimensions];
      for (int i = shape.length - 1; i >= 0; i--) {
        shape[i] = in.u64();
        if (shape[i] <= 0) {
          throw file.invalid(
              "tensor %s has a dimension of %s",
              "张量 %s 有一维为 %s", FileBytes.shown(name), Long.toUnsignedString(shape[i]));
        }
      }
      return Arrays.asList(shape);
    }

    private TensorType tensorType(String name) {
      long number = in.u32();
      for (var type : TENSOR_TYPES) {
        if (type.ggufId() == number) {
          return type;
        }
      }
      throw file.unsupported(
          "tensor %s has type number %d, which is not known here",
          "张量 %s 的类型编号 %d 未知", FileBytes.shown(name), number);
    }

    private void check(TensorInfo info) {
      try {
        info.bytes();
      } catch (ArithmeticException _) {
        throw file.invalid(
            "tensor %s of shape %s cannot be stored as %s",
            "张量 %s(形状 %s)无法以 %s 存储", FileBytes.shown(info.name()), info.shape(), info.type());
      }
    }

    private String name() {
      byte[] utf8 = in.bytes(in.count(in.u64(), 1, MAX_NAME, "bytes of a name"));
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      } catch (CharacterCodingException _) {
        throw file.invalid("a name is not UTF-8", "某个名称不是 UTF-8");
      }
    }
  }
}
