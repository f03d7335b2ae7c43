package io.zaohua.model.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A place in a JSON file that says so when something is not as expected.
 *
 * @param path where it stands, for messages
 */
record Node(JsonNode json, String path) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Node read(Path file) {
    try {
      var tree = MAPPER.readTree(Files.readAllBytes(file));
      var node = new Node(tree == null ? MissingNode.getInstance() : tree, file.toString());
      if (!node.json.isObject()) {
        throw node.wrong("an object", "一个对象");
      }
      return node;
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          new Message(
              file + " cannot be read as JSON: " + reason(e).english() + ".",
              "无法将 " + file + " 作为 JSON 读取:" + reason(e).chinese() + "。"),
          TokenizerErrors.REPLACE_FILE,
          e);
    }
  }

  private static Message reason(IOException e) {
    String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return e instanceof JsonProcessingException fault
        ? JsonFault.of(fault)
        : new Message(said, said);
  }

  /** The member of this name, absent where it is missing or null. */
  Optional<Node> find(String name) {
    var found = json.path(name);
    return found.isMissingNode() || found.isNull()
        ? Optional.empty()
        : Optional.of(new Node(found, path + "." + name));
  }

  Node get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                TokenizerErrors.invalid(
                    "%s has no \"%s\", which was expected there.", "%s 中缺少应有的“%s”。", path, name));
  }

  /** The kind that decides what else stands here. */
  String type() {
    return get("type").text();
  }

  String text() {
    if (!json.isTextual()) {
      throw wrong("a string", "字符串");
    }
    return json.textValue();
  }

  int integer() {
    if (!json.canConvertToInt() || !json.isIntegralNumber()) {
      throw wrong("a whole number", "整数");
    }
    return json.intValue();
  }

  double number() {
    if (!json.isNumber()) {
      throw wrong("a number", "数字");
    }
    return json.doubleValue();
  }

  boolean truth() {
    if (!json.isBoolean()) {
      throw wrong("true or false", "true 或 false");
    }
    return json.booleanValue();
  }

  boolean truth(String name, boolean otherwise) {
    return find(name).map(Node::truth).orElse(otherwise);
  }

  String text(String name, String otherwise) {
    return find(name).map(Node::text).orElse(otherwise);
  }

  /** A string of exactly one character. */
  String character(String name, String otherwise) {
    String text = text(name, otherwise);
    if (text.codePointCount(0, text.length()) != 1) {
      throw get(name).wrong("one character", "一个字符");
    }
    return text;
  }

  List<Node> items() {
    if (!json.isArray()) {
      throw wrong("a list", "列表");
    }
    var items = new ArrayList<Node>(json.size());
    for (int i = 0; i < json.size(); i++) {
      items.add(new Node(json.get(i), path));
    }
    return items;
  }

  /** A list of exactly two. */
  List<Node> pair() {
    var items = items();
    if (items.size() != 2) {
      throw wrong("a pair", "一对值");
    }
    return items;
  }

  /** An object from pieces to ids. */
  Map<String, Integer> ids() {
    if (!json.isObject()) {
      throw wrong("an object", "一个对象");
    }
    Map<String, Integer> ids = HashMap.newHashMap(json.size());
    json.properties().forEach(e -> ids.put(e.getKey(), new Node(e.getValue(), path).integer()));
    return ids;
  }

  UserError wrong(String english, String chinese) {
    String shown = json.toString();
    return new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "%s is %s, %s was expected.",
            "%s 的值为 %s,应为%s。",
            path,
            shown.length() > 60 ? shown.substring(0, 60) + "..." : shown,
            Message.speaksChinese() ? chinese : english),
        TokenizerErrors.REPLACE_FILE);
  }
}
