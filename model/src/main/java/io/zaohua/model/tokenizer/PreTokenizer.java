package io.zaohua.model.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** Cuts text into words before the model sees it, possibly rewriting it. */
sealed interface PreTokenizer {
  /**
   * Appends the words of a piece of text; empty ones are left out.
   *
   * @param first whether the piece is the beginning of the whole text
   */
  void split(String text, boolean first, List<String> out);

  /** White space removed, punctuation on its own (BERT). */
  PreTokenizer BERT =
      new Sequence(
          List.of(
              new Characters(Characters.Kind.WHITE_SPACE, Behavior.REMOVED),
              new Characters(Characters.Kind.PUNCTUATION, Behavior.ISOLATED)));

  /** What becomes of the text between words that a pattern found. */
  enum Behavior {
    REMOVED,
    ISOLATED,
    MERGED_WITH_PREVIOUS,
    MERGED_WITH_NEXT,
    CONTIGUOUS
  }

  /** One after the other, each on the words of the one before. */
  record Sequence(List<PreTokenizer> steps) implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      List<String> words = List.of(text);
      for (var step : steps) {
        var next = new ArrayList<String>(words.size());
        for (int i = 0; i < words.size(); i++) {
          step.split(words.get(i), first && i == 0, next);
        }
        Growth.check(next.stream().mapToLong(String::length).sum(), text.length());
        words = next;
      }
      out.addAll(words);
    }
  }

  /** A hand-written scanner for a known pattern, every word isolated. */
  record Scan(WordScanner scanner, boolean prefixSpace) implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      scanner.scan(prefixSpace && !text.startsWith(" ") ? " " + text : text, out);
    }
  }

  /** The text as it is, after a space that it may have to start with. */
  record PrefixSpace() implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      out.add(text.startsWith(" ") ? text : " " + text);
    }
  }

  /** Bytes spelled as characters, where no byte-level model follows that does it itself. */
  record SpellBytes() implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      out.add(ByteAlphabet.spell(text));
    }
  }

  /** Any regular expression or literal text. */
  record Split(SplitPattern pattern, Behavior behavior, boolean invert) implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      var pieces = new Pieces(text, behavior);
      pattern.find(text, (start, end, found) -> pieces.add(start, end, found != invert));
      pieces.drain(out);
    }
  }

  /** Single characters of a kind. */
  record Characters(Kind kind, Behavior behavior) implements PreTokenizer {
    enum Kind {
      WHITE_SPACE,
      PUNCTUATION,
      NUMERIC;

      boolean includes(int codePoint) {
        return switch (this) {
          case WHITE_SPACE -> CodePoints.isWhiteSpace(codePoint);
          case PUNCTUATION -> CodePoints.isPunctuation(codePoint);
          case NUMERIC -> CodePoints.isNumeric(codePoint);
        };
      }
    }

    @Override
    public void split(String text, boolean first, List<String> out) {
      var pieces = new Pieces(text, behavior);
      int plain = 0;
      for (int at = 0; at < text.length(); ) {
        int c = text.codePointAt(at);
        int end = at + Character.charCount(c);
        if (kind.includes(c)) {
          pieces.add(plain, at, false);
          pieces.add(at, end, true);
          plain = end;
        }
        at = end;
      }
      pieces.add(plain, text.length(), false);
      pieces.drain(out);
    }
  }

  /** Words and runs of other visible characters; white space is dropped. */
  record Whitespace() implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      int start = 0;
      int kind = 0;
      for (int at = 0; at <= text.length(); ) {
        int c = at < text.length() ? text.codePointAt(at) : ' ';
        int now = CodePoints.isWord(c) ? 1 : CodePoints.isWhiteSpace(c) ? 0 : 2;
        if (now != kind) {
          if (kind != 0) {
            out.add(text.substring(start, at));
          }
          start = at;
          kind = now;
        }
        at += Character.charCount(c);
      }
    }
  }

  /** Spaces become a visible mark, and each mark starts a word (SentencePiece). */
  record Metaspace(String mark, Prepend prepend, boolean cut) implements PreTokenizer {
    enum Prepend {
      ALWAYS,
      FIRST,
      NEVER
    }

    @Override
    public void split(String text, boolean first, List<String> out) {
      String marked = text.replace(" ", mark);
      boolean wanted = prepend == Prepend.ALWAYS || (prepend == Prepend.FIRST && first);
      if (wanted && !marked.startsWith(mark)) {
        marked = mark + marked;
      }
      if (!cut) {
        out.add(marked);
        return;
      }
      var pieces = new Pieces(marked, Behavior.MERGED_WITH_NEXT);
      int plain = 0;
      for (int at = marked.indexOf(mark); at >= 0; at = marked.indexOf(mark, plain)) {
        pieces.add(plain, at, false);
        pieces.add(at, at + mark.length(), true);
        plain = at + mark.length();
      }
      pieces.add(plain, marked.length(), false);
      pieces.drain(out);
    }
  }

  /** Cuts before every space mark that follows other text, where no piece reaches across. */
  record BeforeSpaceMarks() implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      int start = 0;
      for (int at = text.indexOf('▁', 1); at > 0; at = text.indexOf('▁', at + 1)) {
        if (text.charAt(at - 1) != '▁') {
          out.add(text.substring(start, at));
          start = at;
        }
      }
      if (start < text.length()) {
        out.add(text.substring(start));
      }
    }
  }

  /** Cuts where the script changes; Japanese counts as one, a space belongs to any. */
  record UnicodeScripts() implements PreTokenizer {
    @Override
    public void split(String text, boolean first, List<String> out) {
      int start = 0;
      var last = script(' ');
      for (int at = 0; at < text.length(); ) {
        int c = text.codePointAt(at);
        var script = script(c);
        if (at > 0
            && script != Character.UnicodeScript.UNKNOWN
            && last != Character.UnicodeScript.UNKNOWN
            && script != last) {
          out.add(text.substring(start, at));
          start = at;
        }
        last = script == Character.UnicodeScript.UNKNOWN ? last : script;
        at += Character.charCount(c);
      }
      if (start < text.length()) {
        out.add(text.substring(start));
      }
    }

    private static Character.UnicodeScript script(int c) {
      if (c == ' ') {
        return Character.UnicodeScript.UNKNOWN;
      }
      var script = c == 0x30FC ? Character.UnicodeScript.HAN : Character.UnicodeScript.of(c);
      return switch (script) {
        case HIRAGANA, KATAKANA -> Character.UnicodeScript.HAN;
        default -> script;
      };
    }
  }
}
