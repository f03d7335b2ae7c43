package io.zaohua.model.gguf;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key-value pairs of a GGUF file, in file order. A typed getter is empty where the key is
 * absent, and throws a {@link UserError} where its value has another type.
 *
 * @param values in file order
 */
public record Metadata(Map<String, GgufValue> values) {
  public static final Metadata EMPTY = new Metadata(Map.of());

  public Metadata {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  public Optional<GgufValue> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  public Optional<String> string(String key) {
    return find(key)
        .map(
            v ->
                v instanceof GgufValue.Text text
                    ? text.value()
                    : mismatch(key, v, new Message("a string", "字符串")));
  }

  /** Whole numbers of any width. */
  public Optional<Long> integer(String key) {
    return find(key)
        .map(
            v ->
                v instanceof GgufValue.Scalar s && whole(s.type(), s.bits())
                    ? (Long) s.integer()
                    : mismatch(key, v, new Message("a whole number", "整数")));
  }

  /** Whole or floating-point numbers of any width. */
  public Optional<Double> number(String key) {
    return find(key)
        .map(
            v ->
                v instanceof GgufValue.Scalar s && s.type() != GgufValue.Type.BOOL
                    ? (Double) s.number()
                    : mismatch(key, v, new Message("a number", "数")));
  }

  public Optional<Boolean> bool(String key) {
    return find(key)
        .map(
            v ->
                v instanceof GgufValue.Scalar s && s.type() == GgufValue.Type.BOOL
                    ? (Boolean) s.truth()
                    : mismatch(key, v, new Message("true or false", "布尔值")));
  }

  /** A view that decodes each string when asked for; empty where the key is absent. */
  public List<String> strings(String key) {
    return find(key)
        .map(
            v ->
                v instanceof GgufValue.Texts texts
                    ? Collections.unmodifiableList(texts)
                    : empty(v)
                        ? List.<String>of()
                        : mismatch(key, v, new Message("an array of strings", "字符串数组")))
        .orElse(List.of());
  }

  /** An array of numbers of any type as floats; empty where the key is absent. */
  public float[] floats(String key) {
    var numbers = numbers(key, new Message("an array of numbers", "数的数组"));
    float[] floats = new float[numbers.map(GgufValue.Numbers::size).orElse(0)];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers.orElseThrow().number(i);
    }
    return floats;
  }

  /** An array of whole numbers that fit an int (or of booleans); empty where the key is absent. */
  public int[] ints(String key) {
    var found = numbers(key, new Message("an array of whole numbers", "整数数组"));
    int[] ints = new int[found.map(GgufValue.Numbers::size).orElse(0)];
    for (int i = 0; i < ints.length; i++) {
      var numbers = found.orElseThrow();
      long value = numbers.integer(i);
      if (numbers.elementType().floating() || value != (int) value) {
        return mismatch(key, numbers, new Message("an array of 32-bit whole numbers", "32 位整数数组"));
      }
      ints[i] = (int) value;
    }
    return ints;
  }

  private Optional<GgufValue.Numbers> numbers(String key, Message expected) {
    return find(key)
        .filter(v -> !empty(v))
        .map(v -> v instanceof GgufValue.Numbers n ? n : mismatch(key, v, expected));
  }

  /** The same with one more pair, or another value at its place. */
  public Metadata with(String key, GgufValue value) {
    var copy = new LinkedHashMap<>(values);
    copy.put(key, value);
    return new Metadata(copy);
  }

  /** The same without some keys. */
  public Metadata without(String... keys) {
    var copy = new LinkedHashMap<>(values);
    copy.keySet().removeAll(List.of(keys));
    return new Metadata(copy);
  }

  private static boolean whole(GgufValue.Type type, long bits) {
    return type.integral() && (type != GgufValue.Type.U64 || bits >= 0);
  }

  /** Writers give empty arrays any element type. */
  private static boolean empty(GgufValue value) {
    return value instanceof GgufValue.Array array && array.size() == 0;
  }

  private static <T> T mismatch(String key, GgufValue value, Message expected) {
    String type =
        value instanceof GgufValue.Array array
            ? "ARRAY of " + array.elementType()
            : value.type().toString();
    throw new UserError(
        UserError.Kind.INPUT,
        new Message(
            "The GGUF key %s has type %s, %s was expected."
                .formatted(key, type, expected.english()),
            "GGUF 键 %s 的类型是 %s,应为%s。".formatted(key, type, expected.chinese())),
        Message.of("Export the model again.", "请重新导出模型。"));
  }
}
