package io.zaohua.model.gguf;

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

  void seek(long position) {
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
      throw file.invalid(
          "the header claims %s %s, more than its %d bytes can hold",
          "文件头声称的数量(%s,%s)超出其 %d 字节所能容纳", Long.toUnsignedString(claimed), what, file.size());
    }
    return (int) claimed;
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

  void skip(long length) {
    if (length <= little.remaining()) {
      little.position(little.position() + (int) length);
    } else {
      demand(length);
      seek(position() + length);
    }
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
