package io.zaohua.learn.recipe;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One mapping of a recipe, read key by key. What is asked for is known; {@link #finish()} refuses
 * the rest and names the nearest known key.
 */
final class Section {
  /** Up to here a double counts in ones. */
  private static final double EXACT = 1L << 53;

  private final String path;
  private final Map<String, Object> values;
  private final Set<String> asked = new LinkedHashSet<>();
  private final List<Section> inner = new ArrayList<>();

  Section(String path, Map<String, Object> values) {
    this.path = path;
    this.values = new LinkedHashMap<>(values);
  }

  /** The key as the user would write it, from the top. */
  String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The keys that are given; none of them counts as known for that. */
  Set<String> keys() {
    return Set.copyOf(values.keySet());
  }

  Optional<Object> find(String key) {
    asked.add(key);
    return Optional.ofNullable(values.get(key));
  }

  boolean has(String key) {
    return find(key).isPresent();
  }

  Optional<String> text(String key) {
    return find(key)
        .map(
            value -> {
              if (value instanceof Map || value instanceof List) {
                throw wrong(key, value, "a word or a line of text", "一段文字");
              }
              return value.toString();
            });
  }

  /** A path, as given. */
  Optional<Path> path(String key) {
    return text(key).map(name -> path(name(key), name));
  }

  /** A text as a path; refuses what no file can be called. */
  static Path path(String key, String name) {
    try {
      if (!name.isBlank()) {
        return Path.of(name);
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "The recipe gives %s: \"%s\", which no file can be called.",
            "配方给出 %s: “%s”,不能用作文件名。", key, name),
        Message.of("Name a file or folder.", "请指定文件或文件夹。"));
  }

  String needText(String key) {
    return text(key).orElseThrow(() -> missing(key));
  }

  /** One of the given words. */
  String choice(String key, String fallback, List<String> words) {
    String word = text(key).orElse(fallback);
    if (!words.contains(word)) {
      String near = Names.nearest(word, words).map(n -> " (" + n + "?)").orElse("");
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The recipe gives %s: %s%s, and one of %s was expected.",
              "配方给出 %s: %s%s,应为 %s 之一。", name(key), word, near, String.join(", ", words)),
          Message.of("Correct the recipe.", "请改正配方。"));
    }
    return word;
  }

  /** A list of texts, or one by itself. */
  List<String> texts(String key) {
    Object value = find(key).orElse(List.of());
    List<?> all = value instanceof List<?> list ? list : List.of(value);
    if (!all.stream().allMatch(v -> v instanceof String || v instanceof Number)) {
      throw wrong(key, value, "a text or a list of texts", "文本或文本列表");
    }
    return all.stream().map(Object::toString).toList();
  }

  Optional<Double> number(String key) {
    return find(key)
        .map(
            value -> {
              if (value instanceof Number n && Double.isFinite(n.doubleValue())) {
                return n.doubleValue();
              }
              throw wrong(key, value, "a number", "数");
            });
  }

  /** A number from {@code low} to {@code high}. */
  double number(String key, double fallback, double low, double high) {
    double value = number(key).orElse(fallback);
    if (!(value >= low && value <= high)) {
      throw wrong(key, value, "a number from " + low + " to " + high, low + " 到 " + high + " 的数");
    }
    return value;
  }

  List<Double> numbers(String key) {
    return find(key)
        .map(
            value -> {
              if (value instanceof List<?> list
                  && list.stream()
                      .allMatch(v -> v instanceof Number n && Double.isFinite(n.doubleValue()))) {
                return list.stream().map(n -> ((Number) n).doubleValue()).toList();
              }
              throw wrong(key, value, "a list of numbers", "数的列表");
            })
        .orElse(List.of());
  }

  Optional<Long> whole(String key, long low) {
    return find(key)
        .map(
            value -> {
              OptionalLong exact = exact(value);
              if (exact.isEmpty() || exact.getAsLong() < low) {
                throw wrong(
                    key, value, "a whole number from " + low + " on", "不小于 " + low + " 的整数");
              }
              return exact.getAsLong();
            });
  }

  /** A whole number that fits; one written as 1e3 is one too. */
  private static OptionalLong exact(Object value) {
    return switch (value) {
      case Integer i -> OptionalLong.of(i);
      case Long l -> OptionalLong.of(l);
      case Double d when d == Math.rint(d) && Math.abs(d) <= EXACT ->
          OptionalLong.of(d.longValue());
      default -> OptionalLong.empty();
    };
  }

  int whole(String key, int fallback, int low) {
    long value = whole(key, low).orElse((long) fallback);
    if (value > Integer.MAX_VALUE) {
      throw wrong(key, value, "a number below 2147483648", "小于 2147483648 的数");
    }
    return (int) value;
  }

  /** A whole number from {@code low} to {@code high}. */
  int whole(String key, int fallback, int low, int high) {
    int value = whole(key, fallback, low);
    if (value > high) {
      throw wrong(key, value, "a whole number up to " + high, "不超过 " + high + " 的整数");
    }
    return value;
  }

  boolean flag(String key, boolean fallback) {
    return find(key)
        .map(
            value -> {
              if (value instanceof Boolean b) {
                return b;
              }
              throw wrong(key, value, "true or false", "true 或 false");
            })
        .orElse(fallback);
  }

  /** The mapping under a key; an empty one where there is none. */
  Section section(String key) {
    Object value = find(key).orElse(Map.of());
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(key, value, "a mapping of keys", "键值映射");
    }
    Section section = new Section(name(key), mapping(map));
    inner.add(section);
    return section;
  }

  /** The same, where a word by itself means a mapping with that word under {@code word}. */
  Section sectionOrWord(String key, String word) {
    Object value = find(key).orElse(Map.of());
    Map<String, Object> map = value instanceof Map<?, ?> m ? mapping(m) : Map.of(word, value);
    Section section = new Section(name(key), map);
    inner.add(section);
    return section;
  }

  Map<String, Object> all() {
    asked.addAll(values.keySet());
    return values;
  }

  static Map<String, Object> mapping(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), value));
    return copy;
  }

  /** Refuses keys that nobody asked for, here and further in. */
  void finish() {
    for (String key : values.keySet()) {
      if (!asked.contains(key)) {
        throw unknown(name(key), key, asked);
      }
    }
    inner.forEach(Section::finish);
  }

  static UserError unknown(String shown, String key, Set<String> known) {
    Message near =
        Names.nearest(key, known)
            .map(n -> Message.of("; the nearest known one is %s", ",最接近的已知键是 %s", n))
            .orElse(new Message("", ""));
    return new UserError(
        UserError.Kind.INPUT,
        new Message(
            "The recipe has an unknown key " + shown + near.english() + ".",
            "配方中有未知的键 " + shown + near.chinese() + "。"),
        Message.of("Known here: %s.", "此处可用:%s。", String.join(", ", known)));
  }

  UserError missing(String key) {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of("The recipe lacks %s.", "配方缺少 %s。", name(key)),
        Message.of("Add it.", "请补上。"));
  }

  UserError wrong(String key, Object value, String english, String chinese) {
    String text = String.valueOf(value);
    String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    return new UserError(
        UserError.Kind.INPUT,
        new Message(
            "The recipe gives " + name(key) + ": " + shown + ", " + english + " was expected.",
            "配方给出 " + name(key) + ": " + shown + ",应为" + chinese + "。"),
        Message.of("Correct the recipe.", "请改正配方。"));
  }
}
