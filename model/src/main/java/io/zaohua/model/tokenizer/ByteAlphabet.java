package io.zaohua.model.tokenizer;

import java.nio.charset.StandardCharsets;

/**
 * The 256 printable characters that stand for bytes in byte-level BPE (GPT-2's encoder.py:
 * printable Latin-1 stands for itself, the other bytes take U+0100 on, in order).
 */
final class ByteAlphabet {
  private static final char[] CHARACTERS = new char[256];
  private static final short[] BYTES = new short[0x180];

  static {
    java.util.Arrays.fill(BYTES, (short) -1);
    int next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean itself = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      CHARACTERS[b] = (char) (itself ? b : next++);
      BYTES[CHARACTERS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  static char character(int unsignedByte) {
    return CHARACTERS[unsignedByte];
  }

  /** The text with each of its UTF-8 bytes as one character. */
  static String spell(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    char[] spelled = new char[utf8.length];
    for (int i = 0; i < utf8.length; i++) {
      spelled[i] = CHARACTERS[utf8[i] & 0xFF];
    }
    return new String(spelled);
  }

  /** The bytes a piece stands for; a piece with other characters stands for its own UTF-8. */
  static byte[] bytes(String piece) {
    byte[] bytes = new byte[piece.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = piece.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return piece.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }
}
