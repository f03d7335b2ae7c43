package io.zaohua.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** From one piece to the bytes of the text it stands for. */
sealed interface Decoder {
  /**
   * The bytes of a piece.
   *
   * @param first whether it is the first piece of a text, which may lose its leading space
   */
  byte[] bytes(String piece, boolean first);

  /** What may be left pending after a piece when the text ends: a suffix that stood for a space. */
  default boolean dropsTrailingSpace() {
    return false;
  }

  /** Byte-level BPE. */
  record ByteLevel() implements Decoder {
    @Override
    public byte[] bytes(String piece, boolean first) {
      return ByteAlphabet.bytes(piece);
    }
  }

  /** Steps on the text of a piece, then UTF-8. */
  record Steps(List<Step> steps) implements Decoder {
    @Override
    public byte[] bytes(String piece, boolean first) {
      String text = piece;
      for (var step : steps) {
        if (step instanceof Step.ByteFallback) {
          int value = Step.ByteFallback.value(text);
          if (value >= 0) {
            return new byte[] {(byte) value};
          }
        } else if (step instanceof Step.Spelled) {
          return ByteAlphabet.bytes(text);
        } else {
          text = step.apply(text, first);
        }
      }
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean dropsTrailingSpace() {
      return steps.stream().anyMatch(Step.WordEnd.class::isInstance);
    }
  }

  /** One rewriting of a piece. */
  sealed interface Step {
    default String apply(String piece, boolean first) {
      return piece;
    }

    /** Byte-level spelling inside a sequence. */
    record Spelled() implements Step {}

    /** {@code <0xNN>} is a byte. */
    record ByteFallback() implements Step {
      static int value(String piece) {
        if (piece.length() != 6 || !piece.startsWith("<0x") || piece.charAt(5) != '>') {
          return -1;
        }
        int high = Character.digit(piece.charAt(3), 16);
        int low = Character.digit(piece.charAt(4), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
      }
    }

    record Replace(SplitPattern pattern, String with) implements Step {
      @Override
      public String apply(String piece, boolean first) {
        return pattern.replaceAll(piece, with);
      }
    }

    /** Marks become spaces; the first piece loses them if the encoder had added one. */
    record Metaspace(String mark, boolean strips) implements Step {
      @Override
      public String apply(String piece, boolean first) {
        return piece.replace(mark, first && strips ? "" : " ");
      }
    }

    /**
     * Removes a character from the ends.
     *
     * @param firstOnly only at the start of the text, as after fusing
     */
    record Strip(String content, int start, int stop, boolean firstOnly) implements Step {
      @Override
      public String apply(String piece, boolean first) {
        int from = 0;
        if (first || !firstOnly) {
          for (int i = 0; i < start && piece.startsWith(content, from); i++) {
            from += content.length();
          }
        }
        int to = piece.length();
        for (int i = 0; !firstOnly && i < stop && to - content.length() >= from; i++) {
          if (!piece.startsWith(content, to - content.length())) {
            break;
          }
          to -= content.length();
        }
        return piece.substring(from, to);
      }
    }

    /** WordPiece: a prefix joins, everything else starts after a space. */
    record Words(String prefix, boolean cleanup) implements Step {
      @Override
      public String apply(String piece, boolean first) {
        String text = piece;
        if (!first) {
          text =
              !prefix.isEmpty() && piece.startsWith(prefix)
                  ? piece.substring(prefix.length())
                  : " " + piece;
        }
        return cleanup ? clean(text) : text;
      }

      /** The clean-up of BERT's tokenizer: no space before punctuation and contractions. */
      private static String clean(String text) {
        return text.replace(" .", ".")
            .replace(" ?", "?")
            .replace(" !", "!")
            .replace(" ,", ",")
            .replace(" ' ", "'")
            .replace(" n't", "n't")
            .replace(" 'm", "'m")
            .replace(" do not", " don't")
            .replace(" 's", "'s")
            .replace(" 've", "'ve")
            .replace(" 're", "'re");
      }
    }

    /** A space goes before each piece but the first, where a file names no decoder. */
    record Spaced() implements Step {
      @Override
      public String apply(String piece, boolean first) {
        return first ? piece : " " + piece;
      }
    }

    /** The suffix of a word's last piece is a space, except at the end of the text. */
    record WordEnd(String suffix) implements Step {
      @Override
      public String apply(String piece, boolean first) {
        return piece.replace(suffix, " ");
      }
    }
  }
}
