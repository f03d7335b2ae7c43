package io.zaohua.model.gguf;

import io.zaohua.model.file.Damage;
import io.zaohua.model.file.FuzzRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nine in ten mutations hit the header, most of them a field whose meaning is known. */
class GgufFuzzTest {
  @TempDir Path folder;
  byte[] sample = {};
  Fields fields = new Fields(sample);

  /** Where the fields of a valid header stand. */
  private static final class Fields {
    private final List<Integer> fours = new ArrayList<>();
    private final List<Integer> eights = new ArrayList<>();
    private final ByteBuffer in;
    private int end;

    Fields(byte[] file) {
      in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    Fields walk() {
      u32();
      u32();
      long tensors = u64();
      long keys = u64();
      for (long i = 0; i < keys; i++) {
        skipString();
        skipValue(u32());
      }
      for (long i = 0; i < tensors; i++) {
        skipString();
        for (int n = u32(); n > 0; n--) {
          u64();
        }
        u32();
        u64();
      }
      end = in.position();
      return this;
    }

    private void skipValue(int number) {
      var type = GgufValue.Type.values()[number];
      if (type == GgufValue.Type.TEXT) {
        skipString();
      } else if (type == GgufValue.Type.ARRAY) {
        int element = u32();
        for (long n = u64(); n > 0; n--) {
          skipValue(element);
        }
      } else {
        in.position(in.position() + type.bytes());
      }
    }

    private void skipString() {
      long length = u64();
      in.position(in.position() + (int) length);
    }

    private int u32() {
      fours.add(in.position());
      return in.getInt();
    }

    private long u64() {
      eights.add(in.position());
      return in.getLong();
    }
  }

  @BeforeEach
  void write() {
    sample =
        Samples.content(
            Samples.write(folder.resolve("s.gguf"), Samples.metadata(50), Samples.tensors()));
    fields = new Fields(sample).walk();
  }

  private byte[] mutate(Random random) {
    int kind = random.nextInt(10);
    if (kind == 0) {
      return Damage.anywhere(sample, fields.end, sample.length, random);
    }
    if (kind <= 3) {
      return Damage.anywhere(sample, 0, fields.end, random);
    }
    var bytes = ByteBuffer.wrap(sample.clone()).order(ByteOrder.LITTLE_ENDIAN);
    for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
      if (random.nextBoolean()) {
        int at = pick(fields.fours, random);
        bytes.putInt(at, near(bytes.getInt(at), random));
      } else {
        int at = pick(fields.eights, random);
        boolean small = random.nextBoolean();
        bytes.putLong(at, small ? near((int) bytes.getLong(at), random) : Damage.number(random));
      }
    }
    return bytes.array();
  }

  /** Types and counts that exist, and some that do not. */
  private static int near(int value, Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> value + random.nextInt(5) - 2;
      case 1 -> random.nextInt(45);
      default -> (int) Damage.number(random);
    };
  }

  private static int pick(List<Integer> positions, Random random) {
    return positions.get(random.nextInt(positions.size()));
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void damagedFilesAreReadOrRefused() throws IOException {
    new FuzzRun(folder.resolve("m.gguf"), GgufFile::open).run(200, this::mutate);
  }

  @Test
  @Tag("slow")
  @Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyDamagedFilesAreReadOrRefused() throws IOException {
    new FuzzRun(folder.resolve("m.gguf"), GgufFile::open).run(4000, this::mutate);
  }

  @Test
  @Tag("slow")
  @Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void damagedShardsAreReadOrRefused() throws IOException {
    var whole = folder.resolve("s.gguf");
    var shards = GgufShards.split(whole, folder.resolve("p"), GgufShards.Limit.tensors(20));
    sample = Files.readAllBytes(shards.getFirst());
    fields = new Fields(sample).walk();
    new FuzzRun(shards.getFirst(), GgufFile::open).run(2000, this::mutate);
  }
}
