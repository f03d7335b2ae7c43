package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventFileTest {
  @TempDir Path folder;

  @Test
  void aRecordIsTheOneThatTensorflowWrites() throws IOException {
    Path file = folder.resolve("events.out.tfevents.1");
    new EventFile(file, 1.5);
    // Length 24 with its checksum, time 1.5 (field 1), "brain.Event:2" (field 3), checksum; made
    // once by tensorboard's own RecordWriter.
    assertThat(hex(Files.readAllBytes(file)))
        .isEqualTo(
            "1800000000000000a37f4b22"
                + "09000000000000f83f1a0d627261696e2e4576656e743a32"
                + "2a28646c");
  }

  @Test
  void numbersAreReadBackByTag() throws IOException {
    Path file = folder.resolve("events.out.tfevents.1");
    EventFile events = new EventFile(file, 1.5);
    events.scalars(2.5, 300, new TreeMap<>(Map.of("loss", 0.25, "lr", 1e-3)));
    List<byte[]> records = records(Files.readAllBytes(file));
    assertThat(records).hasSize(2);
    ByteBuffer event = ByteBuffer.wrap(records.get(1)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(event.get()).isEqualTo((byte) ((1 << 3) | 1)); // wall_time, double
    assertThat(event.getDouble()).isEqualTo(2.5);
    assertThat(event.get()).isEqualTo((byte) (2 << 3)); // step, varint
    assertThat(new int[] {event.get(), event.get()}).containsExactly(-84, 2); // 300
    assertThat(event.get()).isEqualTo((byte) ((5 << 3) | 2)); // summary
    assertThat(event.get()).isEqualTo((byte) event.remaining());
    for (var expected : new TreeMap<>(Map.of("loss", 0.25f, "lr", 1e-3f)).entrySet()) {
      assertThat(event.get()).isEqualTo((byte) ((1 << 3) | 2)); // value
      assertThat(event.get()).isEqualTo((byte) (2 + expected.getKey().length() + 5));
      assertThat(event.get()).isEqualTo((byte) ((1 << 3) | 2)); // tag
      byte[] tag = new byte[event.get()];
      event.get(tag);
      assertThat(new String(tag, StandardCharsets.UTF_8)).isEqualTo(expected.getKey());
      assertThat(event.get()).isEqualTo((byte) ((2 << 3) | 5)); // simple_value, float
      assertThat(event.getFloat()).isEqualTo(expected.getValue());
    }
    assertThat(event.hasRemaining()).isFalse();
  }

  private static List<byte[]> records(byte[] all) {
    ByteBuffer bytes = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> records = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] record = new byte[(int) bytes.getLong()];
      bytes.getInt();
      bytes.get(record);
      bytes.getInt();
      records.add(record);
    }
    return records;
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
