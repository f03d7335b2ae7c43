package io.zaohua.learn.data;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * Text files on their way to documents: read piece by piece, split, encoded. Blank documents are
 * left out. A document of more than half a million characters is encoded in pieces that end where a
 * token ends.
 */
final class TextReading {
  private static final int PIECE = 1 << 18;

  private final DocumentEncoder encoder;
  private final String separator;
  private final LongConsumer read;
  private long bytes;
  private int blank;
  private int piece = PIECE;

  /**
   * @param separator what stands between documents; empty: each file is one
   * @param read hears how many bytes were read so far
   */
  TextReading(DocumentEncoder encoder, String separator, LongConsumer read) {
    this.encoder = encoder;
    this.separator = separator;
    this.read = read;
  }

  /** The same with other pieces than of a quarter million characters. */
  TextReading inPiecesOf(int characters) {
    piece = characters;
    return this;
  }

  /** Blank documents so far. */
  int blank() {
    return blank;
  }

  /** Reads files; a share of their documents goes to {@code held}, drawn by the seed. */
  void read(List<Path> files, NewDocuments kept, NewDocuments held, double share, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5eed_d0c5L);
    for (Path file : files) {
      read(file, new Taking(kept, held, share, random));
    }
  }

  private void read(Path file, Taking taking) {
    try (InputStream in = new Counted(Files.newInputStream(file));
        Reader text = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder())) {
      split(text, taking);
    } catch (CharacterCodingException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is not UTF-8 text.", "%s 不是 UTF-8 文本。", file),
          Message.of("Save it as UTF-8.", "请以 UTF-8 保存。"),
          e);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("%s cannot be read: %s.", "无法读取 %s:%s。", file, String.valueOf(e.getMessage())),
          Message.of("Check its permissions.", "请检查权限。"),
          e);
    }
  }

  private void split(Reader in, Taking taking) throws IOException {
    StringBuilder text = new StringBuilder();
    char[] buffer = new char[1 << 16];
    int after = Math.max(separator.length(), DocumentEncoder.NEAR);
    int searched = 0; // no separator begins before
    boolean held = false; // a carriage return whose line end may follow
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      held = append(text, buffer, count, held);
      int from = 0;
      for (int at = next(text, searched); at >= 0; at = next(text, searched)) {
        taking.take(text.substring(from, at), true);
        from = at + separator.length();
        searched = from;
      }
      searched = Math.max(from, text.length() - separator.length() + 1);
      while (text.length() - from > 2 * piece + after) {
        int cut = encoder.cut(text, from + piece, from + 2 * piece);
        taking.take(text.substring(from, cut), false);
        from = cut;
      }
      text.delete(0, from);
      searched -= from;
    }
    if (held) {
      text.append('\r');
    }
    if (separator.isEmpty() || !text.isEmpty()) { // the file may end in a separator
      taking.take(text.toString(), true);
    }
  }

  private int next(StringBuilder text, int from) {
    return separator.isEmpty() ? -1 : text.indexOf(separator, from);
  }

  /** Adds characters, line ends as one character each; whether a carriage return is held back. */
  private static boolean append(StringBuilder text, char[] buffer, int count, boolean held) {
    int from = 0;
    boolean before = held;
    for (int i = 0; i < count; i++) {
      if (before && buffer[i] != '\n') {
        text.append('\r');
      }
      before = buffer[i] == '\r';
      if (before) {
        text.append(buffer, from, i - from);
        from = i + 1;
      }
    }
    text.append(buffer, from, count - from);
    return before;
  }

  /** Puts documents where they belong. */
  private final class Taking {
    private final NewDocuments kept;
    private final NewDocuments held;
    private final double share;
    private final SplittableRandom random;
    private NewDocuments open;
    private String before = "";

    Taking(NewDocuments kept, NewDocuments held, double share, SplittableRandom random) {
      this.kept = kept;
      this.held = held;
      this.share = share;
      this.random = random;
      this.open = kept;
    }

    /** The next piece of a document; the last one ends it. */
    void take(String text, boolean last) {
      if (before.isEmpty()) {
        if (last && text.isBlank()) {
          blank++;
          return;
        }
        open = share > 0 && random.nextDouble() < share ? held : kept;
        open.begin();
        open.append(encoder.ids(text));
      } else {
        open.append(encoder.after(before, text));
      }
      before = last ? "" : DocumentEncoder.tail(text);
      if (last) {
        open.append(encoder.ending());
        open.end();
      }
    }
  }

  /** Tells how much of it was read. */
  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      throw new IOException("byte by byte"); // decoders read arrays
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
      int got = super.read(target, from, count);
      bytes += Math.max(0, got);
      read.accept(bytes);
      return got;
    }
  }
}
