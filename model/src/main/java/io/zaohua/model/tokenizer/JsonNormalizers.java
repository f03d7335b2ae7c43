package io.zaohua.model.tokenizer;

import java.text.Normalizer.Form;
import java.util.Base64;
import java.util.List;

/** The {@code normalizer} of tokenizer.json. */
final class JsonNormalizers {
  private JsonNormalizers() {}

  static Normalizer read(Node node) {
    return switch (node.type()) {
      case "Sequence" ->
          sequence(node.get("normalizers").items().stream().map(JsonNormalizers::read).toList());
      case "BertNormalizer" -> {
        boolean lowercase = node.truth("lowercase", true);
        yield new BertNormalizer(
            node.truth("clean_text", true),
            node.truth("handle_chinese_chars", true),
            node.truth("strip_accents", lowercase),
            lowercase);
      }
      case "NFC" -> form(Form.NFC);
      case "NFD" -> form(Form.NFD);
      case "NFKC" -> form(Form.NFKC);
      case "NFKD" -> form(Form.NFKD);
      case "Lowercase" -> BertNormalizer::lower;
      case "StripAccents" -> JsonNormalizers::withoutMarks;
      case "Strip" -> {
        boolean left = node.truth("strip_left", true);
        boolean right = node.truth("strip_right", true);
        yield text -> strip(text, left, right);
      }
      case "Replace" -> {
        var pattern = pattern(node.get("pattern"));
        String content = node.get("content").text();
        yield text -> pattern.replaceAll(text, content);
      }
      case "Prepend" -> {
        String before = node.get("prepend").text();
        yield text -> text.isEmpty() ? text : before + text;
      }
      case "Precompiled" -> CharacterMap.of(charsmap(node))::byGraphemes;
      case "Nmt" -> JsonNormalizers::nmt;
      case "ByteLevel" -> ByteAlphabet::spell;
      default -> throw TokenizerErrors.unsupported("normalizer", node.type());
    };
  }

  private static Normalizer sequence(List<Normalizer> steps) {
    return text -> {
      String result = text;
      for (var step : steps) {
        result = step.apply(result);
        Growth.check(result.length(), text.length());
      }
      return result;
    };
  }

  private static Normalizer form(Form form) {
    return text -> java.text.Normalizer.normalize(text, form);
  }

  /** The bytes of a precompiled normalisation. */
  static byte[] charsmap(Node node) {
    var blob = node.get("precompiled_charsmap");
    try {
      return Base64.getDecoder().decode(blob.text());
    } catch (IllegalArgumentException _) {
      throw blob.wrong("Base64", " Base64");
    }
  }

  /** {@code {"String": ...}} or {@code {"Regex": ...}}. */
  static SplitPattern pattern(Node node) {
    var literal = node.find("String");
    return literal.isPresent()
        ? SplitPattern.literal(literal.get().text())
        : SplitPattern.regex(node.get("Regex").text());
  }

  private static String withoutMarks(String text) {
    var out = new StringBuilder(text.length());
    text.codePoints()
        .filter(
            c ->
                switch (Character.getType(c)) {
                  case Character.NON_SPACING_MARK,
                      Character.ENCLOSING_MARK,
                      Character.COMBINING_SPACING_MARK ->
                      false;
                  default -> true;
                })
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  private static String strip(String text, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && CodePoints.isWhiteSpace(text.charAt(start))) {
      start++;
    }
    while (right && end > start && CodePoints.isWhiteSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** SentencePiece's nmt rule: some control characters go, others are spaces. */
  private static String nmt(String text) {
    var out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean gone =
          (c >= 1 && c <= 8)
              || c == 0x0B
              || (c >= 0x0E && c <= 0x1F)
              || c == 0x7F
              || c == 0x8F
              || c == 0x9F;
      boolean space =
          c == 0x09
              || c == 0x0A
              || c == 0x0C
              || c == 0x0D
              || c == 0x1680
              || (c >= 0x200B && c <= 0x200F)
              || c == 0x2028
              || c == 0x2029
              || c == 0x2581
              || c == 0xFEFF
              || c == 0xFFFD;
      if (!gone) {
        out.append(space ? ' ' : c);
      }
    }
    return out.toString();
  }
}
