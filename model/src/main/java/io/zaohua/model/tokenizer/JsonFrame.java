package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * The {@code post_processor} of tokenizer.json for a single text: what goes around it.
 *
 * @param before ids at the start
 * @param after ids at the end
 */
record JsonFrame(List<Integer> before, List<Integer> after) {
  static final JsonFrame NONE = new JsonFrame(List.of(), List.of());

  static JsonFrame read(Node node) {
    return switch (node.type()) {
      case "ByteLevel" -> NONE;
      case "BertProcessing", "RobertaProcessing" ->
          new JsonFrame(List.of(pairId(node.get("cls"))), List.of(pairId(node.get("sep"))));
      case "TemplateProcessing" -> template(node);
      case "Sequence" -> {
        var frame = NONE;
        for (var inner : node.get("processors").items()) {
          frame = read(inner).around(frame);
        }
        yield frame;
      }
      default -> throw TokenizerErrors.unsupported("post_processor", node.type());
    };
  }

  private static int pairId(Node node) {
    return node.pair().get(1).integer();
  }

  private JsonFrame around(JsonFrame inner) {
    var first = new ArrayList<>(before);
    first.addAll(inner.before);
    var last = new ArrayList<>(inner.after);
    last.addAll(after);
    return new JsonFrame(List.copyOf(first), List.copyOf(last));
  }

  private static JsonFrame template(Node node) {
    var before = new ArrayList<Integer>();
    var after = new ArrayList<Integer>();
    var side = before;
    int texts = 0;
    for (var item : node.get("single").items()) {
      if (item.find("Sequence").isPresent()) {
        texts++;
        side = after;
      } else {
        String name = item.get("SpecialToken").get("id").text();
        for (var id : node.get("special_tokens").get(name).get("ids").items()) {
          side.add(id.integer());
        }
      }
    }
    if (texts != 1) {
      throw node.get("single").wrong("a template with the text once", "恰含一次文本的模板");
    }
    return new JsonFrame(List.copyOf(before), List.copyOf(after));
  }
}
