package io.zaohua.model.safetensors;

import io.zaohua.model.file.Damage;
import io.zaohua.model.file.FuzzRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nine in ten mutations hit the header: its length, its JSON tokens, or any of its bytes. */
class SafetensorsFuzzTest {
  private static final Pattern TOKEN = Pattern.compile("\"[^\"]*\"|\\d+|[\\[\\]{}:,]");
  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "null",
          "true",
          "-1",
          "0",
          "1e3",
          "1.5",
          "{}",
          "[]",
          "\"\"",
          "\"F32\"",
          "\"BF16\"",
          "\"BOOL\"",
          "\"F4\"",
          "\"__metadata__\"",
          "\"layer.F32\"",
          "\"dtype\"",
          "\"shape\"",
          "\"data_offsets\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          " ");

  @TempDir Path folder;
  byte[] sample = {};
  String header = "";

  @BeforeEach
  void write() throws IOException {
    var path = folder.resolve("s.safetensors");
    new SafetensorsWriter(Map.of("format", "pt"), SafetensorsRoundTripTest.tensors())
        .write(path, SafetensorsRoundTripTest.source());
    load(path);
  }

  private void load(Path path) throws IOException {
    sample = Files.readAllBytes(path);
    int length = (int) ByteBuffer.wrap(sample).order(ByteOrder.LITTLE_ENDIAN).getLong();
    header = new String(sample, 8, length, StandardCharsets.UTF_8);
  }

  private byte[] mutate(Random random) {
    int dataStart = 8 + header.length();
    return switch (random.nextInt(10)) {
      case 0 -> Damage.anywhere(sample, dataStart, sample.length, random);
      case 1 -> {
        long length = random.nextBoolean() ? Damage.number(random) : dataStart - 9L;
        var bytes = ByteBuffer.wrap(sample.clone()).order(ByteOrder.LITTLE_ENDIAN);
        yield bytes.putLong(0, length).array();
      }
      case 2, 3 -> Damage.anywhere(sample, 0, dataStart, random);
      default -> withHeader(mutateTokens(random).getBytes(StandardCharsets.UTF_8), dataStart);
    };
  }

  /** The length of the header is kept true. */
  private byte[] withHeader(byte[] json, int dataStart) {
    var bytes = Damage.replace(sample, 8, dataStart - 8, json);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length).array();
  }

  private String mutateTokens(Random random) {
    var tokens = new ArrayList<>(TOKEN.matcher(header).results().map(MatchResult::group).toList());
    int at = random.nextInt(tokens.size());
    int other = random.nextInt(tokens.size());
    switch (random.nextInt(7)) {
      case 0 -> tokens.remove(at);
      case 1 -> tokens.add(at, tokens.get(other));
      case 2 -> tokens.set(at, tokens.set(other, tokens.get(at)));
      case 3 -> tokens.set(at, TOKENS.get(random.nextInt(TOKENS.size())));
      case 4 -> tokens.add(at, TOKENS.get(random.nextInt(TOKENS.size())).repeat(2000));
      default -> setNumber(tokens, at, random);
    }
    return String.join("", tokens);
  }

  private static void setNumber(List<String> tokens, int from, Random random) {
    for (int i = from; i < tokens.size(); i++) {
      String token = tokens.get(i);
      if (Character.isDigit(token.charAt(0))) {
        long near = Long.parseLong(token) + random.nextInt(9) - 4;
        tokens.set(i, Long.toString(random.nextBoolean() ? near : Damage.number(random)));
        return;
      }
    }
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void damagedFilesAreReadOrRefused() throws IOException {
    new FuzzRun(folder.resolve("m.safetensors"), SafetensorsFile::open).run(200, this::mutate);
  }

  @Test
  @Tag("slow")
  @Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyDamagedFilesAreReadOrRefused() throws IOException {
    new FuzzRun(folder.resolve("m.safetensors"), SafetensorsFile::open).run(4000, this::mutate);
  }

  @Test
  @Tag("slow")
  @Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void damagedIndexesAreReadOrRefused() throws IOException {
    var paths =
        new SafetensorsWriter(Map.of(), SafetensorsRoundTripTest.tensors())
            .write(folder.resolve("shards"), 200, SafetensorsRoundTripTest.source());
    var index = paths.getLast();
    header = Files.readString(index);
    new FuzzRun(index, SafetensorsFile::open)
        .run(
            2000,
            random ->
                random.nextInt(3) == 0
                    ? Damage.anywhere(
                        header.getBytes(StandardCharsets.UTF_8), 0, header.length(), random)
                    : mutateTokens(random).getBytes(StandardCharsets.UTF_8));
  }
}
