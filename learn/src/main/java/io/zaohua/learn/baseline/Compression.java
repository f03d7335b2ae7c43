package io.zaohua.learn.baseline;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** How small xz makes a text. */
public final class Compression {
  private static final int WINDOW = 128 << 20;

  private Compression() {}

  /** Bits of {@code text} alone, in UTF-8. */
  public static double bits(String text) throws IOException {
    return 8.0 * bytes("", text);
  }

  /** Bits that {@code text} adds after {@code known}, all of which the compressor still sees. */
  public static double bits(String known, String text) throws IOException {
    return 8.0 * (bytes(known, text) - bytes(known, ""));
  }

  private static long bytes(String first, String second) throws IOException {
    var counter = new Counter();
    var options = new LZMA2Options(6);
    byte[] all = (first + second).getBytes(StandardCharsets.UTF_8);
    options.setDictSize(Math.clamp(all.length, LZMA2Options.DICT_SIZE_MIN, WINDOW));
    try (var xz = new XZOutputStream(counter, options)) {
      xz.write(all);
    }
    return counter.bytes;
  }

  private static final class Counter extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] b, int from, int count) {
      bytes += count;
    }
  }
}
