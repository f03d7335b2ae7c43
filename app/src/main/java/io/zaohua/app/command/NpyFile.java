package io.zaohua.app.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A float32 matrix written row by row as NumPy's {@code .npy}, version 1.0, little-endian, C order.
 * Format: numpy.lib.format; the data begins at a multiple of 64 bytes.
 */
final class NpyFile implements AutoCloseable {
  private static final int ALIGNMENT = 64;
  private static final int PREFIX = 10; // magic, version, header length

  private final FileChannel channel;
  private final ByteBuffer row;
  private final int columns;

  private NpyFile(FileChannel channel, int columns) {
    this.channel = channel;
    this.columns = columns;
    this.row =
        ByteBuffer.allocateDirect(Math.multiplyExact(columns, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Creates or replaces the file and writes its header for [rows, columns]. */
  static NpyFile create(Path path, int rows, int columns) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    NpyFile file = new NpyFile(channel, columns);
    file.write(header(rows, columns));
    return file;
  }

  /** Appends one row; {@code values} holds at least {@code columns} numbers. */
  void append(float[] values) throws IOException {
    row.clear();
    row.asFloatBuffer().put(values, 0, columns);
    write(row);
  }

  static ByteBuffer header(int rows, int columns) {
    String fields =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
    int length = (PREFIX + fields.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    String padded = fields + " ".repeat(length - PREFIX - fields.length() - 1) + "\n";
    return ByteBuffer.allocate(length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .flip();
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
