package io.zaohua.learn.recipe;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the files of a recipe lie: beside it, else in the current folder.
 *
 * @param folder the recipe's folder
 * @param found what was looked up, as written and as found
 */
record Places(Path folder, Map<String, String> found) {

  static Places beside(Path recipe) {
    Path parent = recipe.toAbsolutePath().getParent();
    return new Places(parent == null ? Path.of("/") : parent, new LinkedHashMap<>());
  }

  /** The file or folder of this name. */
  Path find(String key, String name) {
    Path given = Section.path(key, name);
    for (Path place : List.of(folder.resolve(given), given.toAbsolutePath())) {
      if (Files.exists(place)) {
        found.put(name, place.normalize().toString());
        return place.normalize();
      }
    }
    throw new UserError(
        UserError.Kind.NOT_FOUND,
        Message.of(
            "The recipe names %s: %s, and there is no such file.",
            "配方给出 %s: %s,但没有这个文件。", key, name),
        Message.of(
            "Paths are looked up beside the recipe, then in the current folder.",
            "路径先在配方旁边查找,再在当前文件夹查找。"));
  }

  /**
   * The file of this name.
   *
   * @throws UserError also if it is a folder, or a pipe or a device, which have no end
   */
  Path file(String key, String name) {
    Path found = find(key, name);
    if (!Files.isRegularFile(found)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Files.isDirectory(found)
              ? Message.of(
                  "The recipe gives %s: %s, which is a folder, and a file was expected.",
                  "配方给出 %s: %s,这是文件夹,应为文件。", key, name)
              : Message.of(
                  "The recipe gives %s: %s, which is a pipe or a device, and a file was expected.",
                  "配方给出 %s: %s,这是管道或设备,应为文件。", key, name),
          Message.of("Name the file.", "请指定文件。"));
    }
    return found;
  }

  /** The recipe with every path that was looked up replaced by where it was found. */
  Map<String, Object> absolute(Map<String, Object> recipe) {
    Map<String, Object> copy = new LinkedHashMap<>();
    recipe.forEach((key, value) -> copy.put(key, absolute(value)));
    return copy;
  }

  private Object absolute(Object value) {
    return switch (value) {
      case Map<?, ?> map -> absolute(Section.mapping(map));
      case List<?> list -> list.stream().map(this::absolute).toList();
      case String text -> found.getOrDefault(text, text);
      default -> value;
    };
  }
}
