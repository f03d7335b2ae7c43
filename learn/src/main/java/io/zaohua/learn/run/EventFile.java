package io.zaohua.learn.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of TensorBoard's events. A record is its length (u64), that number's checksum, the bytes,
 * their checksum, little-endian, checksums CRC-32C rotated and offset (tensorflow's
 * record_writer.h, crc32c.h); the bytes are an Event of tensorflow's event.proto.
 */
final class EventFile {
  private static final int MASK = 0xa282ead8;

  // Field numbers of event.proto and summary.proto, with their wire types.
  private static final int EVENT_TIME = (1 << 3) | 1;
  private static final int EVENT_STEP = 2 << 3;
  private static final int EVENT_VERSION = (3 << 3) | 2;
  private static final int EVENT_SUMMARY = (5 << 3) | 2;
  private static final int SUMMARY_VALUE = (1 << 3) | 2;
  private static final int VALUE_TAG = (1 << 3) | 2;
  private static final int VALUE_NUMBER = (2 << 3) | 5;

  private final Path file;

  /** Begins a file; its name must have {@code tfevents} in it for TensorBoard to find it. */
  EventFile(Path file, double time) {
    this.file = file;
    Message version = new Message().real(EVENT_TIME, time);
    append(version.text(EVENT_VERSION, "brain.Event:2"), StandardOpenOption.CREATE_NEW);
  }

  /**
   * Adds numbers by tag.
   *
   * @param time seconds since 1970
   */
  void scalars(double time, long step, Map<String, Double> values) {
    Message summary = new Message();
    values.forEach(
        (tag, number) ->
            summary.message(
                SUMMARY_VALUE,
                new Message().text(VALUE_TAG, tag).number(VALUE_NUMBER, number.floatValue())));
    append(
        new Message()
            .real(EVENT_TIME, time)
            .whole(EVENT_STEP, step)
            .message(EVENT_SUMMARY, summary),
        StandardOpenOption.APPEND);
  }

  private void append(Message event, StandardOpenOption how) {
    byte[] bytes = event.bytes.toByteArray();
    ByteBuffer record = ByteBuffer.allocate(bytes.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(bytes.length).putInt(checksum(record.array(), 8));
    record.put(bytes).putInt(checksum(bytes, bytes.length));
    try {
      Files.write(file, record.array(), StandardOpenOption.WRITE, how);
    } catch (IOException e) {
      throw RunFolder.unwritable(file, e);
    }
  }

  private static int checksum(byte[] bytes, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, count);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }

  /** A protocol buffer in the making. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message real(int field, double value) {
      varint(field);
      byte[] eight = new byte[Double.BYTES];
      ByteBuffer.wrap(eight).order(ByteOrder.LITTLE_ENDIAN).putDouble(value);
      bytes.writeBytes(eight);
      return this;
    }

    Message number(int field, float value) {
      varint(field);
      byte[] four = new byte[Float.BYTES];
      ByteBuffer.wrap(four).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
      bytes.writeBytes(four);
      return this;
    }

    Message whole(int field, long value) {
      varint(field);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return counted(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return counted(field, value.bytes.toByteArray());
    }

    private Message counted(int field, byte[] value) {
      varint(field);
      varint(value.length);
      bytes.writeBytes(value);
      return this;
    }

    /** Seven bits a byte, the lowest first; the top bit says that more follow. */
    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }
  }
}
