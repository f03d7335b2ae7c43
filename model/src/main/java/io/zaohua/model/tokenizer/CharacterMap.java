package io.zaohua.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Locale;

/**
 * SentencePiece's precompiled normalisation: a double-array trie from byte sequences to their
 * replacements (darts-clone's packed units; the replacements follow, each ended by a zero).
 */
final class CharacterMap {
  private final int[] units;
  private final byte[] replacements;

  private CharacterMap(int[] units, byte[] replacements) {
    this.units = units;
    this.replacements = replacements;
  }

  static CharacterMap of(byte[] blob) {
    int size = blob.length < 4 ? -1 : little(blob).getInt(0);
    if (size < 0 || size % 4 != 0 || size > blob.length - 4) {
      throw TokenizerErrors.invalid(
          "The tokenizer's precompiled character map of %d bytes is damaged.",
          "该分词器的预编译字符映射(%d 字节)已损坏。", blob.length);
    }
    int[] units = new int[size / 4];
    little(blob).position(4).slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(units);
    return new CharacterMap(units, java.util.Arrays.copyOfRange(blob, 4 + size, blob.length));
  }

  private static ByteBuffer little(byte[] blob) {
    return ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** As SentencePiece does it: the longest match at each place. */
  String longestMatches(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    var out = new java.io.ByteArrayOutputStream(utf8.length + 16);
    for (int at = 0; at < utf8.length; ) {
      long match = match(utf8, at, utf8.length, true);
      if (match >= 0) {
        copy((int) match, out);
        Growth.check(out.size(), utf8.length);
        at += (int) (match >>> 32);
      } else {
        int length = characterLength(utf8[at]);
        out.write(utf8, at, Math.min(length, utf8.length - at));
        at += length;
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** As Hugging Face's library does it: the shortest match of each grapheme, else of characters. */
  String byGraphemes(String text) {
    var breaks = BreakIterator.getCharacterInstance(Locale.ROOT);
    breaks.setText(text);
    var out = new java.io.ByteArrayOutputStream(text.length() + 16);
    int start = breaks.first();
    for (int end = breaks.next(); end != BreakIterator.DONE; start = end, end = breaks.next()) {
      byte[] grapheme = text.substring(start, end).getBytes(StandardCharsets.UTF_8);
      long match = grapheme.length < 6 ? match(grapheme, 0, grapheme.length, false) : -1;
      Growth.check(out.size(), text.length());
      if (match >= 0) {
        copy((int) match, out);
        continue;
      }
      for (int at = 0; at < grapheme.length; ) {
        int length = characterLength(grapheme[at]);
        match = match(grapheme, at, Math.min(grapheme.length, at + length), false);
        if (match >= 0) {
          copy((int) match, out);
        } else {
          out.write(grapheme, at, length);
        }
        at += length;
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Bytes matched in the high, place of the replacement in the low 32 bits, or -1. */
  private long match(byte[] key, int from, int to, boolean longest) {
    long found = -1;
    if (units.length == 0) {
      return found;
    }
    int node = offset(units[0]);
    for (int i = from; i < to; i++) {
      int label = key[i] & 0xFF;
      node ^= label;
      if (label == 0 || node < 0 || node >= units.length) {
        return found;
      }
      int unit = units[node];
      if ((unit & 0x800000FF) != label) {
        return found;
      }
      node ^= offset(unit);
      if ((unit >>> 8 & 1) == 1 && node >= 0 && node < units.length) {
        int value = units[node] & 0x7FFFFFFF;
        if (value < replacements.length) {
          found = ((long) (i + 1 - from) << 32) | value;
          if (!longest) {
            return found;
          }
        }
      }
    }
    return found;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 0x200) >>> 6);
  }

  private void copy(int at, java.io.ByteArrayOutputStream out) {
    for (int i = at; i < replacements.length && replacements[i] != 0; i++) {
      out.write(replacements[i]);
    }
  }

  private static int characterLength(byte lead) {
    int b = lead & 0xFF;
    return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
  }
}
