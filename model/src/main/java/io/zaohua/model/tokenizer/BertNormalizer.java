package io.zaohua.model.tokenizer;

import java.text.Normalizer.Form;

/**
 * BERT's normalisation: control characters go, white space becomes a space, Chinese characters
 * stand alone, and, if wanted, accents go and letters become small.
 */
record BertNormalizer(
    boolean cleanText, boolean spaceChinese, boolean stripAccents, boolean lowercase)
    implements Normalizer {
  @Override
  public String apply(String text) {
    var out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              if (cleanText && (c == 0 || c == 0xFFFD || isControl(c))) {
                return;
              }
              int kept = cleanText && CodePoints.isWhiteSpace(c) ? ' ' : c;
              if (spaceChinese && isChinese(kept)) {
                out.append(' ').appendCodePoint(kept).append(' ');
              } else {
                out.appendCodePoint(kept);
              }
            });
    String result = out.toString();
    if (stripAccents) {
      result = withoutAccents(java.text.Normalizer.normalize(result, Form.NFD));
    }
    return lowercase ? lower(result) : result;
  }

  /** Small letters, each character for itself: a final sigma is not special. */
  static String lower(String text) {
    var out = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      if (c < 128) {
        out.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c));
      } else if (c == 0x130) {
        out.append("i\u0307");
      } else {
        out.appendCodePoint(Character.toLowerCase(c));
      }
      at += Character.charCount(c);
    }
    return out.toString();
  }

  /** Without non-spacing marks. */
  static String withoutAccents(String text) {
    var out = new StringBuilder(text.length());
    text.codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  private static boolean isControl(int c) {
    if (c == '\t' || c == '\n' || c == '\r') {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /** The CJK ideographs of BERT's tokenizer (google-research/bert, tokenization.py). */
  private static boolean isChinese(int c) {
    return (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B73F)
        || (c >= 0x2B740 && c <= 0x2B81F)
        || (c >= 0x2B920 && c <= 0x2CEAF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }
}
