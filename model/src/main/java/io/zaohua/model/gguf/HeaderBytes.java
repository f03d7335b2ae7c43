package io.zaohua.model.gguf;

import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a header front to back; nothing is allocated that the file has no bytes for. */
final class HeaderBytes {
  private static final int WINDOW = 1 << 18;

  private final FileBytes file;
  private final byte[] window;
  private final ByteBuffer little;

  /** Where in the file the window's end stands. */
  private long windowEnd;

  HeaderBytes(FileBytes file) {
    this.file = file;
    this.window = new byte[(int) Math.min(WINDOW, file.size())];
    this.little = ByteBuffer.wrap(window).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  long position() {
    return windowEnd - little.remaining();
  }

  long remaining() {
    return file.size() - position();
  }

  private void seek(long position) {
    windowEnd = position;
    little.limit(0);
  }

  int u8() {
    return need(1).get() & 0xff;
  }

  int u16() {
    return need(2).getShort() & 0xffff;
  }

  long u32() {
    return need(4).getInt() & 0xffffffffL;
  }

  long u64() {
    return need(8).getLong();
  }

  /** A count of things that take at least {@code each} bytes; {@code what} is plural. */
  int count(long claimed, long each, long atMost, String what) {
    if (claimed < 0 || claimed > remaining() / each || claimed > atMost) {
      throw beyond(claimed, what);
    }
    return (int) claimed;
  }

  private UserError beyond(long claimed, String what) {
    return file.invalid(
        "the header claims %s %s, more than its %d bytes can hold",
        "文件头声称的数量(%s,%s)超出其 %d 字节所能容纳", Long.toUnsignedString(claimed), what, file.size());
  }

  byte[] bytes(int length) {
    byte[] result = new byte[length];
    read(result, 0, length);
    return result;
  }

  void read(byte[] target, int from, int length) {
    int buffered = Math.min(length, little.remaining());
    little.get(target, from, buffered);
    if (buffered == length) {
      return;
    }
    if (length - buffered < window.length) {
      need(length - buffered).get(target, from + buffered, length - buffered);
    } else {
      demand(length - buffered);
      long position = position();
      file.read(
          position, MemorySegment.ofArray(target).asSlice(from + buffered, length - buffered));
      seek(position + length - buffered);
    }
  }

  /**
   * An array of strings. Written out by hand on the window's bytes: a vocabulary has 150,000 of
   * them, and they are read before anything is compiled.
   */
  GgufValue.Texts texts(int count) {
    int[] ends = new int[count];
    long start = position();
    long windowStart = windowEnd - little.limit();
    long at = little.position();
    for (int i = 0; i < count; i++) {
      if (at + 8 > little.limit()) {
        seek(windowStart + at);
        need(8);
        windowStart = windowEnd - little.limit();
        at = 0;
      }
      int p = (int) at;
      long length = (window[p] & 0xff) | (window[p + 1] & 0xff) << 8 | (window[p + 2] & 0xff) << 16;
      if ((window[p + 3] | window[p + 4] | window[p + 5] | window[p + 6] | window[p + 7]) != 0) {
        length = little.getLong(p);
      }
      at += 8;
      if (length < 0 || length > file.size() - windowStart - at) {
        throw beyond(length, "bytes of a string");
      }
      at += length;
      long end = windowStart + at - start;
      if (end > Integer.MAX_VALUE - 8) {
        throw file.unsupported("an array of strings is larger than 2 GB", "字符串数组大于 2 GB");
      }
      ends[i] = (int) end;
    }
    byte[] packed = new byte[count == 0 ? 0 : ends[count - 1]];
    seek(start);
    read(packed, 0, packed.length);
    return new GgufValue.Texts(packed, ends);
  }

  private ByteBuffer need(int length) {
    if (little.remaining() < length) {
      demand(length);
      long position = position();
      int filled = (int) Math.min(window.length, file.size() - position);
      file.read(position, MemorySegment.ofArray(window).asSlice(0, filled));
      little.clear().limit(filled);
      windowEnd = position + filled;
    }
    return little;
  }

  private void demand(long length) {
    if (length > remaining()) {
      throw file.invalid("the header ends early, at byte %d", "文件头在第 %d 字节处提前结束", file.size());
    }
  }
}
