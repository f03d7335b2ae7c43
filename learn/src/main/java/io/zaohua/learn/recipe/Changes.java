package io.zaohua.learn.recipe;

import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** How the recipe of a run that goes on differs from the one it began with. */
final class Changes {
  /** Keys, or sections, that may change on purpose: how long, how fast, what is watched. */
  private static final Set<String> FREE =
      Set.of(
          "steps",
          "epochs",
          "schedule",
          "clip",
          "checkpointing",
          "evaluation",
          "checkpoints",
          "samples",
          "output",
          "processes",
          "optimizer.lr",
          "optimizer.adamw.lr");

  private Changes() {}

  /**
   * The keys whose change gives another run.
   *
   * @param read a recipe of these keys; its failure counts as a difference
   */
  static List<String> between(
      Map<String, Object> before,
      Map<String, Object> now,
      Function<Map<String, Object>, Recipe> read) {
    Map<String, Object> old = new LinkedHashMap<>();
    Map<String, Object> fresh = new LinkedHashMap<>();
    flatten("", before, old);
    flatten("", now, fresh);
    Set<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(fresh.keySet());
    Recipe reference = read.apply(now);
    List<String> changed = new ArrayList<>();
    for (String key : keys) {
      Optional<Object> was = Optional.ofNullable(old.get(key));
      if (!was.equals(Optional.ofNullable(fresh.get(key)))
          && !free(key)
          && !same(reference, with(now, key, was), read)) {
        changed.add(key);
      }
    }
    return changed;
  }

  private static boolean free(String key) {
    return FREE.stream().anyMatch(f -> key.equals(f) || key.startsWith(f + "."));
  }

  /** A key may be given and say only what it would be without. */
  private static boolean same(
      Recipe reference, Map<String, Object> other, Function<Map<String, Object>, Recipe> read) {
    try {
      return read.apply(other).equals(reference);
    } catch (UserError e) {
      return false;
    }
  }

  private static void flatten(String path, Object value, Map<String, Object> flat) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, inner) -> flatten(path.isEmpty() ? "" + key : path + "." + key, inner, flat));
    } else {
      flat.put(path, value);
    }
  }

  /** A copy with one value replaced, or taken away. */
  private static Map<String, Object> with(
      Map<String, Object> values, String key, Optional<Object> value) {
    Map<String, Object> copy = new LinkedHashMap<>(values);
    int dot = key.indexOf('.');
    if (dot < 0) {
      value.ifPresentOrElse(v -> copy.put(key, v), () -> copy.remove(key));
      return copy;
    }
    String head = key.substring(0, dot);
    Map<String, Object> inner =
        copy.get(head) instanceof Map<?, ?> map ? Section.mapping(map) : new LinkedHashMap<>();
    copy.put(head, with(inner, key.substring(dot + 1), value));
    return copy;
  }
}
