package io.zaohua.model.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/** One metadata value with the exact type it has in the file. */
public sealed interface GgufValue {

  /** The types of values, with their numbers in the file. */
  enum Type {
    U8(0, 1),
    I8(1, 1),
    U16(2, 2),
    I16(3, 2),
    U32(4, 4),
    I32(5, 4),
    F32(6, 4),
    BOOL(7, 1),
    TEXT(8, 0),
    ARRAY(9, 0),
    U64(10, 8),
    I64(11, 8),
    F64(12, 8);

    private final int number;
    private final int bytes;

    Type(int number, int bytes) {
      this.number = number;
      this.bytes = bytes;
    }

    int number() {
      return number;
    }

    /** Bytes of one value; 0 where they vary. */
    public int bytes() {
      return bytes;
    }

    public boolean floating() {
      return this == F32 || this == F64;
    }

    /** Whether values are whole numbers. */
    public boolean integral() {
      return bytes > 0 && !floating() && this != BOOL;
    }
  }

  Type type();

  /** An array of any kind. */
  sealed interface Array extends GgufValue permits Numbers, Texts, Nested {
    @Override
    default Type type() {
      return Type.ARRAY;
    }

    Type elementType();

    int size();
  }

  /**
   * A number or a truth value.
   *
   * @param bits the value: sign- or zero-extended integers, the bits of floating ones, 0 or 1
   */
  record Scalar(Type type, long bits) implements GgufValue {
    public Scalar {
      if (type.bytes() == 0) {
        throw new IllegalArgumentException(type + " is no scalar type");
      }
      bits = narrow(type, bits);
    }

    /** The whole number; U64 above 2^63 - 1 wraps to a negative one. */
    public long integer() {
      return bits;
    }

    public double number() {
      return toNumber(type, bits);
    }

    public boolean truth() {
      return bits != 0;
    }
  }

  /** A string, kept as the bytes in the file. */
  final class Text implements GgufValue {
    private final byte[] utf8;

    Text(byte[] utf8) {
      this.utf8 = utf8;
    }

    @Override
    public Type type() {
      return Type.TEXT;
    }

    /** Decoded; bytes that are no UTF-8 become U+FFFD. */
    public String value() {
      return new String(utf8, StandardCharsets.UTF_8);
    }

    public byte[] bytes() {
      return utf8.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Text that && Arrays.equals(utf8, that.utf8);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
      return value();
    }
  }

  /** An array of numbers or truth values, packed as in the file. */
  final class Numbers implements Array {
    private final Type elementType;
    private final ByteBuffer packed;

    Numbers(Type elementType, byte[] packed) {
      this.elementType = elementType;
      this.packed = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Type elementType() {
      return elementType;
    }

    @Override
    public int size() {
      return packed.capacity() / elementType.bytes();
    }

    /** As {@link Scalar#bits()}. */
    public long bits(int index) {
      int at = index * elementType.bytes();
      long stored =
          switch (elementType.bytes()) {
            case 1 -> packed.get(at);
            case 2 -> packed.getShort(at);
            case 4 -> packed.getInt(at);
            default -> packed.getLong(at);
          };
      return narrow(elementType, stored);
    }

    public long integer(int index) {
      return bits(index);
    }

    public double number(int index) {
      return toNumber(elementType, bits(index));
    }

    /** The elements as they stand in the file. */
    public byte[] bytes() {
      return packed.array().clone();
    }

    /** All elements, to be read only. */
    ByteBuffer packed() {
      return packed.asReadOnlyBuffer();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Numbers that
          && elementType == that.elementType
          && Arrays.equals(packed.array(), that.packed.array());
    }

    @Override
    public int hashCode() {
      return 31 * elementType.hashCode() + Arrays.hashCode(packed.array());
    }

    @Override
    public String toString() {
      return elementType + "[" + size() + "]";
    }
  }

  /** An array of strings in one block of bytes; each is decoded when asked for. */
  final class Texts extends AbstractList<String> implements Array, RandomAccess {
    /** As in the file: 8 bytes of length before each string. */
    static final int PREFIX = 8;

    private final byte[] packed;
    private final int[] ends;

    Texts(byte[] packed, int[] ends) {
      this.packed = packed;
      this.ends = ends;
    }

    @Override
    public Type elementType() {
      return Type.TEXT;
    }

    @Override
    public int size() {
      return ends.length;
    }

    @Override
    public String get(int index) {
      int start = start(index);
      return new String(packed, start, ends[index] - start, StandardCharsets.UTF_8);
    }

    /** The bytes of one string as they stand in the file. */
    public byte[] bytes(int index) {
      return Arrays.copyOfRange(packed, start(index), ends[index]);
    }

    private int start(int index) {
      return (index == 0 ? 0 : ends[index - 1]) + PREFIX;
    }

    /** All strings with their lengths, to be read only. */
    ByteBuffer packed() {
      return ByteBuffer.wrap(packed).asReadOnlyBuffer();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Texts that ? Arrays.equals(packed, that.packed) : super.equals(other);
    }

    @Override
    public int hashCode() {
      return super.hashCode();
    }
  }

  /** An array of arrays. */
  record Nested(List<Array> arrays) implements Array {
    public Nested {
      arrays = List.copyOf(arrays);
    }

    @Override
    public Type elementType() {
      return Type.ARRAY;
    }

    @Override
    public int size() {
      return arrays.size();
    }
  }

  static GgufValue u8(int value) {
    return new Scalar(Type.U8, value);
  }

  static GgufValue i8(int value) {
    return new Scalar(Type.I8, value);
  }

  static GgufValue u16(int value) {
    return new Scalar(Type.U16, value);
  }

  static GgufValue i16(int value) {
    return new Scalar(Type.I16, value);
  }

  static GgufValue u32(long value) {
    return new Scalar(Type.U32, value);
  }

  static GgufValue i32(int value) {
    return new Scalar(Type.I32, value);
  }

  static GgufValue u64(long value) {
    return new Scalar(Type.U64, value);
  }

  static GgufValue i64(long value) {
    return new Scalar(Type.I64, value);
  }

  static GgufValue f32(float value) {
    return new Scalar(Type.F32, Float.floatToRawIntBits(value));
  }

  static GgufValue f64(double value) {
    return new Scalar(Type.F64, Double.doubleToRawLongBits(value));
  }

  static GgufValue bool(boolean value) {
    return new Scalar(Type.BOOL, value ? 1 : 0);
  }

  static GgufValue text(String value) {
    return new Text(value.getBytes(StandardCharsets.UTF_8));
  }

  static Array strings(List<String> values) {
    return texts(values.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toList());
  }

  /** Strings given as bytes, which need not be UTF-8. */
  static Array texts(List<byte[]> values) {
    int[] ends = new int[values.size()];
    int end = 0;
    for (int i = 0; i < ends.length; i++) {
      end = Math.addExact(end, Texts.PREFIX + values.get(i).length);
      ends[i] = end;
    }
    var packed = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(utf8 -> packed.putLong(utf8.length).put(utf8));
    return new Texts(packed.array(), ends);
  }

  /** An array of scalars of one type, each given as in {@link Scalar#bits()}. */
  static Array numbers(Type elementType, long... bits) {
    int width = new Scalar(elementType, 0).type().bytes();
    var packed =
        ByteBuffer.allocate(Math.multiplyExact(bits.length, width)).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : bits) {
      switch (width) {
        case 1 -> packed.put((byte) value);
        case 2 -> packed.putShort((short) value);
        case 4 -> packed.putInt((int) value);
        default -> packed.putLong(value);
      }
    }
    return new Numbers(elementType, packed.array());
  }

  /** An I32 array. */
  static Array ints(int... values) {
    return numbers(Type.I32, Arrays.stream(values).asLongStream().toArray());
  }

  /** An F32 array. */
  static Array floats(float... values) {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return numbers(Type.F32, bits);
  }

  private static long narrow(Type type, long bits) {
    return switch (type) {
      case U8 -> bits & 0xff;
      case I8 -> (byte) bits;
      case U16 -> bits & 0xffff;
      case I16 -> (short) bits;
      case U32, F32 -> bits & 0xffffffffL;
      case I32 -> (int) bits;
      case BOOL -> bits == 0 ? 0 : 1;
      case U64, I64, F64 -> bits;
      case TEXT, ARRAY -> throw new IllegalArgumentException(type + " is no scalar type");
    };
  }

  private static double toNumber(Type type, long bits) {
    return switch (type) {
      case F32 -> Float.intBitsToFloat((int) bits);
      case F64 -> Double.longBitsToDouble(bits);
      case U64 -> bits >= 0 ? bits : (double) (bits >>> 1) * 2;
      case U8, I8, U16, I16, U32, I32, I64, BOOL -> bits;
      case TEXT, ARRAY -> throw new IllegalArgumentException(type + " is no scalar type");
    };
  }
}
