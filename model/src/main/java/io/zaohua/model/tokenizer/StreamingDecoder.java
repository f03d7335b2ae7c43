package io.zaohua.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns ids into text as they come. Never gives half a character: bytes that may still become one
 * are held back; bytes that cannot are U+FFFD. For one thread.
 */
public final class StreamingDecoder {
  private final Tokenizer tokenizer;
  private final boolean skipSpecial;
  private boolean first;
  private byte[] held = new byte[0];
  private boolean spaceHeld;

  StreamingDecoder(Tokenizer tokenizer, boolean textStart, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.first = textStart;
    this.skipSpecial = skipSpecial;
  }

  /** The text that is complete with this id, often empty. */
  public String accept(int id) {
    if (skipSpecial && tokenizer.special(id)) {
      return "";
    }
    byte[] bytes = tokenizer.bytes(id, first);
    first = false;
    if (bytes.length == 0) {
      return "";
    }
    byte[] all = Arrays.copyOf(held, held.length + bytes.length);
    System.arraycopy(bytes, 0, all, held.length, bytes.length);
    int complete = all.length - incompleteTail(all);
    held = Arrays.copyOfRange(all, complete, all.length);
    String text = new String(all, 0, complete, StandardCharsets.UTF_8);
    return tokenizer.dropsTrailingSpace() ? holdSpace(text) : text;
  }

  /** What is still held back; half a character that never came to its end is one U+FFFD. */
  public String finish() {
    String rest = new String(held, StandardCharsets.UTF_8);
    held = new byte[0];
    String space = spaceHeld && !rest.isEmpty() ? " " : "";
    spaceHeld = false;
    return space + rest;
  }

  private String holdSpace(String text) {
    String whole = spaceHeld ? " " + text : text;
    spaceHeld = whole.endsWith(" ");
    return spaceHeld ? whole.substring(0, whole.length() - 1) : whole;
  }

  /** Bytes at the end that begin a character and do not finish it (Unicode table 3-7). */
  private static int incompleteTail(byte[] bytes) {
    for (int back = 1; back <= Math.min(3, bytes.length); back++) {
      int lead = bytes[bytes.length - back] & 0xFF;
      if ((lead & 0xC0) == 0x80) {
        continue;
      }
      int length =
          lead >= 0xC2 && lead < 0xE0
              ? 2
              : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 1;
      if (length <= back) {
        return 0;
      }
      if (back > 1) {
        int second = bytes[bytes.length - back + 1] & 0xFF;
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
          return 0;
        }
      }
      return back;
    }
    return 0;
  }
}
