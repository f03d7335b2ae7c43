package io.zaohua.app.command;

import io.zaohua.model.file.NewFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A float32 matrix written row by row as NumPy's {@code .npy}, version 1.0, little-endian, C order.
 * Format: numpy.lib.format; the data begins at a multiple of 64 bytes.
 */
final class NpyFile implements AutoCloseable {
  private static final int ALIGNMENT = 64;
  private static final int PREFIX = 10; // magic, version, header length

  private final NewFile file;
  private final ByteBuffer row;
  private final int columns;

  private NpyFile(NewFile file, int columns) {
    this.file = file;
    this.columns = columns;
    this.row =
        ByteBuffer.allocateDirect(Math.multiplyExact(columns, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Starts the file for [rows, columns]; it has its name after {@link #finish()}. */
  static NpyFile create(Path path, int rows, int columns) {
    ByteBuffer header = header(rows, columns);
    long bytes = header.remaining() + (long) rows * columns * Float.BYTES;
    NpyFile file = new NpyFile(NewFile.create(path, bytes), columns);
    file.file.write(header);
    return file;
  }

  /** Appends one row; {@code values} holds at least {@code columns} numbers. */
  void append(float[] values) {
    row.clear();
    row.asFloatBuffer().put(values, 0, columns);
    file.write(row);
  }

  /** Gives the file its name, in place of any older one. */
  void finish() {
    file.finish();
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

  @Override
  public void close() {
    file.close();
  }
}
