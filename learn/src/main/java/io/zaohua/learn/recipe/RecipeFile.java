package io.zaohua.learn.recipe;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The YAML of a recipe (YAML 1.2, core schema), with overrides from the command line. */
final class RecipeFile {
  private static final int MAX_BYTES = 1 << 20;

  private RecipeFile() {}

  /**
   * Reads a recipe and applies {@code a.b=c}, where c is YAML too.
   *
   * @throws UserError if it is missing or no mapping, naming the line
   */
  static Map<String, Object> read(Path file, List<String> overrides) {
    Map<String, Object> recipe = mapping(parse(text(file), file.toString()), file.toString());
    for (String override : overrides) {
      apply(recipe, override);
    }
    return recipe;
  }

  /** The keys of a recipe's text. */
  static Map<String, Object> parseText(String yaml) {
    return mapping(parse(yaml, "recipe"), "recipe");
  }

  /** A recipe as text again. */
  static String text(Map<String, Object> recipe) {
    var settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
    return new Dump(settings).dumpToString(recipe);
  }

  private static String text(Path file) {
    if (Files.isDirectory(file)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is a folder, a recipe was expected.", "%s 是文件夹,应为配方文件。", file),
          Message.of("Name the recipe.", "请指定配方文件。"));
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1); // a pipe or a device has no size to ask for
      if (bytes.length > MAX_BYTES) {
        throw new UserError(
            UserError.Kind.INPUT,
            Message.of(
                "%s has more than %d bytes, a recipe was expected.",
                "%s 超过 %d 字节,应为一份配方。", file, MAX_BYTES),
            Message.of("Name the recipe.", "请指定配方文件。"));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is not UTF-8 text.", "%s 不是 UTF-8 文本。", file),
          Message.of("Save the recipe as UTF-8.", "请以 UTF-8 保存配方。"),
          e);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("The recipe %s cannot be read.", "无法读取配方 %s。", file),
          Message.of("Check the path.", "请检查路径。"),
          e);
    }
  }

  private static Object parse(String yaml, String where) {
    try {
      var settings = LoadSettings.builder().setLabel(where).setSchema(new CoreSchema()).build();
      Object value = new Load(settings).loadFromString(yaml);
      return value == null ? Map.of() : value;
    } catch (MarkedYamlEngineException e) {
      String line = e.getProblemMark().map(m -> Integer.toString(m.getLine() + 1)).orElse("?");
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s is not YAML at line %s: %s.",
              "%s 第 %s 行不是 YAML:%s。", where, line, e.getProblem()),
          Message.of("Correct that line.", "请改正该行。"),
          e);
    } catch (StackOverflowError e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is nested too deeply for a recipe.", "%s 嵌套过深,不是配方。", where),
          Message.of("Correct it.", "请改正。"),
          e);
    } catch (YamlEngineException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "%s is not YAML: %s.", "%s 不是 YAML:%s。", where, String.valueOf(e.getMessage())),
          Message.of("Correct it.", "请改正。"),
          e);
    }
  }

  private static Map<String, Object> mapping(Object value, String where) {
    if (value instanceof Map<?, ?> map) {
      return Section.mapping(map);
    }
    throw new UserError(
        UserError.Kind.INPUT,
        Message.of("%s is no mapping of keys to values.", "%s 不是键值映射。", where),
        Message.of("Write lines such as \"steps: 100\".", "请写成“steps: 100”这样的行。"));
  }

  private static void apply(Map<String, Object> recipe, String override) {
    int equals = override.indexOf('=');
    if (equals < 1 || override.substring(equals + 1).isBlank()) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("--set %s has no value.", "--set %s 没有值。", override),
          Message.of("Write --set optimizer.lr=0.001.", "请写成 --set optimizer.lr=0.001。"));
    }
    List<String> path = List.of(override.substring(0, equals).strip().split("\\.", -1));
    if (path.stream().anyMatch(String::isBlank)) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("--set %s names no key.", "--set %s 没有给出键名。", override),
          Message.of("Write --set optimizer.lr=0.001.", "请写成 --set optimizer.lr=0.001。"));
    }
    Object value = parse(override.substring(equals + 1), "--set " + override);
    Map<String, Object> at = recipe;
    for (String key : path.subList(0, path.size() - 1)) {
      Object next = at.get(key);
      Map<String, Object> below =
          next instanceof Map<?, ?> map ? Section.mapping(map) : new LinkedHashMap<>();
      at.put(key, below);
      at = below;
    }
    at.put(path.getLast(), value);
  }
}
