package io.zaohua.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layout of numpy.lib.format, version 1.0. */
final class NpyFileTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 49152", "1000000, 151936"})
  void theDataBeginsAtAMultipleOf64(int rows, int columns) {
    ByteBuffer header = NpyFile.header(rows, columns);

    assertThat(header.limit() % 64).isZero();
    assertThat(header.getShort(8)).isEqualTo((short) (header.limit() - 10));
    assertThat(header.get(header.limit() - 1)).isEqualTo((byte) '\n');
  }

  @Test
  void anUnfinishedMatrixLeavesTheOlderFileAsItWas(@TempDir Path folder) throws Exception {
    Path path = Files.writeString(folder.resolve("m.npy"), "older");

    try (NpyFile file = NpyFile.create(path, 2, 3)) {
      file.append(new float[] {1, 2, 3});
    }

    assertThat(path).hasContent("older");
    assertThat(folder.toFile().list()).containsExactly("m.npy");
  }

  @Test
  void aMatrixIsWrittenRowByRow(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("m.npy");

    try (NpyFile file = NpyFile.create(path, 2, 3)) {
      file.append(new float[] {1, 2, 3});
      file.append(new float[] {-4, Float.NEGATIVE_INFINITY, 0.5f});
      file.finish();
    }

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int start = 10 + bytes.getShort(8);
    assertThat(new String(bytes.array(), 10, start - 10, StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
    assertThat(bytes.limit()).isEqualTo(start + 24);
    assertThat(bytes.getFloat(start + 12)).isEqualTo(-4f);
    assertThat(bytes.getFloat(start + 20)).isEqualTo(0.5f);
  }
}
