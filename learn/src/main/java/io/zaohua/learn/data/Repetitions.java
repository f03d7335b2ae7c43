package io.zaohua.learn.data;

import io.zaohua.learn.recipe.DataSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * What was said before, word for word or nearly. A text costs 20 bytes and 8 to 16 more in a table;
 * where near repetitions are looked for, some 500 besides.
 */
final class Repetitions {
  /** A text's fingerprint: half of its SHA-256. */
  private record Print(long high, long low) {}

  /** How a text repeats an earlier one. */
  record Found(int earlier, boolean exact) {}

  private final DataSource.Repeats wanted;
  private final NearDuplicates near;
  private long[] highs = new long[64];
  private long[] lows = new long[64];
  private int[] numbers = new int[64];
  private int count;
  private int[] table =
      new int[256]; // 1 + where a print stands; open addressing, at most half full

  Repetitions(DataSource.Repeats wanted, double similarity) {
    this.wanted = wanted;
    this.near = new NearDuplicates(similarity);
  }

  /**
   * The earlier text that this one repeats, if there is one; else it is kept in mind.
   *
   * @param number the text's own, given back for what repeats it
   */
  Optional<Found> find(String words, int number) {
    if (wanted == DataSource.Repeats.KEEP) {
      return Optional.empty();
    }
    Print print = print(words);
    int slot = slot(print);
    if (table[slot] != 0) {
      return Optional.of(new Found(numbers[table[slot] - 1], true));
    }
    Optional<Integer> alike =
        wanted == DataSource.Repeats.NEAR ? near.find(words, number) : Optional.empty();
    // A near repetition is left out: what repeats it word for word repeats the first one.
    add(print, slot, alike.orElse(number));
    return alike.map(n -> new Found(n, false));
  }

  /** Where a print stands in the table, or would. */
  private int slot(Print print) {
    int slot = (int) print.low() & (table.length - 1);
    while (table[slot] != 0
        && (highs[table[slot] - 1] != print.high() || lows[table[slot] - 1] != print.low())) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  private void add(Print print, int slot, int number) {
    if (count == numbers.length) {
      int room = count + (count >> 1);
      highs = Arrays.copyOf(highs, room);
      lows = Arrays.copyOf(lows, room);
      numbers = Arrays.copyOf(numbers, room);
    }
    highs[count] = print.high();
    lows[count] = print.low();
    numbers[count++] = number;
    table[slot] = count;
    if (2 * count > table.length) {
      table = new int[2 * table.length];
      for (int i = 0; i < count; i++) {
        table[slot(new Print(highs[i], lows[i]))] = i + 1;
      }
    }
  }

  private static Print print(String words) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(words.getBytes(StandardCharsets.UTF_8));
      var bytes = ByteBuffer.wrap(hash);
      return new Print(bytes.getLong(), bytes.getLong());
    } catch (NoSuchAlgorithmException e) { // every JDK has it
      throw new IllegalStateException(e);
    }
  }
}
