package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The {@code pre_tokenizer} of tokenizer.json. */
final class JsonPreTokenizers {
  private JsonPreTokenizers() {}

  /** The steps, sequences flattened. */
  static List<Node> steps(Node node) {
    if (!node.type().equals("Sequence")) {
      return List.of(node);
    }
    var steps = new ArrayList<Node>();
    for (var inner : node.get("pretokenizers").items()) {
      steps.addAll(steps(inner));
    }
    return steps;
  }

  /**
   * All steps as one.
   *
   * @param modelTakesBytes whether a last ByteLevel step leaves spelling bytes to the model
   */
  static Optional<PreTokenizer> read(List<Node> nodes, boolean modelTakesBytes) {
    var steps = new ArrayList<PreTokenizer>();
    for (int i = 0; i < nodes.size(); i++) {
      var node = nodes.get(i);
      if (node.type().equals("ByteLevel")) {
        byteLevel(node, steps);
        if (!modelTakesBytes || i + 1 < nodes.size()) {
          steps.add(new PreTokenizer.SpellBytes());
        }
      } else {
        steps.add(step(node));
      }
    }
    return steps.isEmpty()
        ? Optional.empty()
        : Optional.of(
            steps.size() == 1 ? steps.getFirst() : new PreTokenizer.Sequence(List.copyOf(steps)));
  }

  private static void byteLevel(Node node, List<PreTokenizer> steps) {
    boolean prefix = node.truth("add_prefix_space", true);
    if (node.truth("use_regex", true)) {
      steps.add(new PreTokenizer.Scan(WordScanner.GPT2, prefix));
    } else if (prefix) {
      steps.add(new PreTokenizer.PrefixSpace());
    }
  }

  private static PreTokenizer step(Node node) {
    return switch (node.type()) {
      case "Whitespace" -> new PreTokenizer.Whitespace();
      case "WhitespaceSplit" ->
          characters(PreTokenizer.Characters.Kind.WHITE_SPACE, PreTokenizer.Behavior.REMOVED);
      case "Punctuation" ->
          characters(PreTokenizer.Characters.Kind.PUNCTUATION, behavior(node, "Isolated"));
      case "Digits" ->
          characters(
              PreTokenizer.Characters.Kind.NUMERIC,
              node.truth("individual_digits", false)
                  ? PreTokenizer.Behavior.ISOLATED
                  : PreTokenizer.Behavior.CONTIGUOUS);
      case "BertPreTokenizer" -> PreTokenizer.BERT;
      case "UnicodeScripts" -> new PreTokenizer.UnicodeScripts();
      case "CharDelimiterSplit" ->
          new PreTokenizer.Split(
              SplitPattern.literal(node.get("delimiter").text()),
              PreTokenizer.Behavior.REMOVED,
              false);
      case "Metaspace" ->
          new PreTokenizer.Metaspace(
              node.character("replacement", "▁"), prepend(node), node.truth("split", true));
      case "Split" -> split(node);
      default -> throw TokenizerErrors.unsupported("pre_tokenizer", node.type());
    };
  }

  private static PreTokenizer characters(
      PreTokenizer.Characters.Kind kind, PreTokenizer.Behavior behavior) {
    return new PreTokenizer.Characters(kind, behavior);
  }

  private static PreTokenizer split(Node node) {
    var behavior = behavior(node, "Isolated");
    boolean invert = node.truth("invert", false);
    var regex = node.get("pattern").find("Regex");
    if (regex.isPresent() && scannable(behavior, invert)) {
      var scanner = WordScanner.of(regex.get().text());
      if (scanner.isPresent()) {
        return new PreTokenizer.Scan(scanner.get(), false);
      }
    }
    return new PreTokenizer.Split(JsonNormalizers.pattern(node.get("pattern")), behavior, invert);
  }

  /** The scanners give every match and leave nothing between: isolating, or dropping the gaps. */
  private static boolean scannable(PreTokenizer.Behavior behavior, boolean invert) {
    return behavior == PreTokenizer.Behavior.ISOLATED
        || (behavior == PreTokenizer.Behavior.REMOVED && invert);
  }

  private static PreTokenizer.Behavior behavior(Node node, String otherwise) {
    String name = node.text("behavior", otherwise);
    return switch (name) {
      case "Removed" -> PreTokenizer.Behavior.REMOVED;
      case "Isolated" -> PreTokenizer.Behavior.ISOLATED;
      case "MergedWithPrevious" -> PreTokenizer.Behavior.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> PreTokenizer.Behavior.MERGED_WITH_NEXT;
      case "Contiguous" -> PreTokenizer.Behavior.CONTIGUOUS;
      default -> throw TokenizerErrors.unsupported("split behavior", name);
    };
  }

  /** When a mark goes before the text; older files say {@code add_prefix_space}. */
  static PreTokenizer.Metaspace.Prepend prepend(Node node) {
    String scheme =
        node.text("prepend_scheme", node.truth("add_prefix_space", true) ? "always" : "never");
    return switch (scheme) {
      case "always" -> PreTokenizer.Metaspace.Prepend.ALWAYS;
      case "first" -> PreTokenizer.Metaspace.Prepend.FIRST;
      case "never" -> PreTokenizer.Metaspace.Prepend.NEVER;
      default -> throw TokenizerErrors.unsupported("prepend_scheme", scheme);
    };
  }
}
