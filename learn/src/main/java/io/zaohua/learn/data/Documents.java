package io.zaohua.learn.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.FileBytes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Token ids of documents, one after another in a file. In memory there are 8 bytes a document,
 * where each begins; ids are read when they are asked for, through the channel.
 *
 * <p>The file, little-endian: a code for each token (an id; with marks 2 x id + 1 where it is not
 * learned) in 2 or 4 bytes, where each document begins (I64), facts as JSON, {@link Ending}.
 */
final class Documents implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  private final FileBytes file;
  private final Ending ending;
  private final long[] starts;
  private final JsonNode facts;

  /**
   * The last bytes of the file.
   *
   * @param tokens of all documents
   * @param documents how many
   * @param facts bytes of JSON
   * @param width bytes of a code
   * @param marks whether codes say what is learned
   * @param sum CRC-32C of all that stands before
   */
  record Ending(long tokens, int documents, int facts, int width, boolean marks, int sum) {
    static final int BYTES = 40;
    private static final long NAME = 0x317364726f77685aL; // "Zhwords1"

    byte[] bytes() {
      return ByteBuffer.allocate(BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(NAME)
          .putLong(tokens)
          .putLong(documents)
          .putInt(facts)
          .putShort((short) width)
          .putShort((short) (marks ? 1 : 0))
          .putInt(0)
          .putInt(sum)
          .array();
    }

    /** Empty where these are no such bytes. */
    static Optional<Ending> of(byte[] bytes) {
      ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (from.getLong() != NAME) {
        return Optional.empty();
      }
      long tokens = from.getLong();
      long documents = from.getLong();
      int facts = from.getInt();
      int width = from.getShort();
      boolean marks = from.getShort() == 1;
      from.getInt();
      boolean sane =
          tokens >= documents
              && documents >= 0
              && documents < Integer.MAX_VALUE - 8
              && tokens < 1L << 56
              && facts >= 0
              && (width == 2 || width == 4);
      return sane
          ? Optional.of(new Ending(tokens, (int) documents, facts, width, marks, from.getInt()))
          : Optional.empty();
    }

    /** Bytes of the whole file. */
    long size() {
      return tokens * width + 8L * documents + facts + BYTES;
    }
  }

  private Documents(FileBytes file, Ending ending, long[] starts, JsonNode facts) {
    this.file = file;
    this.ending = ending;
    this.starts = starts;
    this.facts = facts;
  }

  /** Opens a file that is whole; empty where there is none, or one that is damaged. */
  static Optional<Documents> open(Path path) {
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    FileBytes file = FileBytes.open(path);
    try {
      Optional<Documents> whole = read(file);
      if (whole.isEmpty()) {
        file.close();
      }
      return whole;
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static Optional<Documents> read(FileBytes file) {
    if (file.size() < Ending.BYTES) {
      return Optional.empty();
    }
    byte[] last = new byte[Ending.BYTES];
    file.read(file.size() - Ending.BYTES, MemorySegment.ofArray(last));
    Optional<Ending> found = Ending.of(last).filter(e -> e.size() == file.size());
    if (found.isEmpty() || sum(file) != found.get().sum()) {
      return Optional.empty();
    }
    Ending ending = found.get();
    long at = ending.tokens() * ending.width();
    long[] starts = new long[ending.documents()];
    file.read(at, MemorySegment.ofArray(starts)); // every CPU of today is little-endian
    byte[] facts = new byte[ending.facts()];
    file.read(at + 8L * starts.length, MemorySegment.ofArray(facts));
    try {
      JsonNode json = new ObjectMapper().readTree(new String(facts, StandardCharsets.UTF_8));
      return Optional.of(new Documents(file, ending, starts, json));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static int sum(FileBytes file) {
    CRC32C sum = new CRC32C();
    long end = file.size() - Ending.BYTES;
    byte[] piece = new byte[(int) Math.min(PIECE, end)];
    for (long at = 0; at < end; at += piece.length) {
      int count = (int) Math.min(piece.length, end - at);
      file.read(at, MemorySegment.ofArray(piece).asSlice(0, count));
      sum.update(piece, 0, count);
    }
    return (int) sum.getValue();
  }

  /** What was written with them. */
  JsonNode facts() {
    return facts;
  }

  /** Number of documents; none is empty. */
  int count() {
    return starts.length;
  }

  /** All their tokens. */
  long tokens() {
    return ending.tokens();
  }

  /** Where a document's first token stands among all; of the one past the last, their number. */
  long start(int document) {
    return document == starts.length ? tokens() : starts[document];
  }

  long length(int document) {
    return start(document + 1) - start(document);
  }

  /** The document that has the token at a place. */
  int at(long place) {
    int found = Arrays.binarySearch(starts, place);
    return found >= 0 ? found : -found - 2;
  }

  /** The codes of some tokens; {@link #id} and {@link #learned} say what they mean. */
  int[] codes(long from, int count) {
    byte[] bytes = new byte[count * ending.width()];
    try {
      file.read(from * ending.width(), MemorySegment.ofArray(bytes));
    } catch (UserError e) {
      throw new UserError(
          e.kind(),
          e.fact(),
          Message.of("Go on with --resume: the text is encoded again.", "请用 --resume 继续:文本会重新编码。"),
          e);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int[] codes = new int[count];
    for (int i = 0; i < count; i++) {
      codes[i] = ending.width() == 2 ? Short.toUnsignedInt(buffer.getShort()) : buffer.getInt();
    }
    return codes;
  }

  int id(int code) {
    return ending.marks() ? code >>> 1 : code;
  }

  boolean learned(int code) {
    return !ending.marks() || (code & 1) == 0;
  }

  @Override
  public void close() {
    file.close();
  }
}
