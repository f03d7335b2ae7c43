package io.zaohua.learn.data;

import io.zaohua.learn.recipe.DataSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What was said before, word for word or nearly. */
final class Repetitions {
  /** A text's fingerprint: half of its SHA-256. */
  private record Print(long high, long low) {}

  /** How a text repeats an earlier one. */
  record Found(long earlier, boolean exact) {}

  private final DataSource.Repeats wanted;
  private final Map<Print, Long> seen = new HashMap<>();
  private final NearDuplicates near;

  Repetitions(DataSource.Repeats wanted, double similarity) {
    this.wanted = wanted;
    this.near = new NearDuplicates(similarity);
  }

  /**
   * The earlier text that this one repeats, if there is one; else it is kept in mind.
   *
   * @param number the text's own, given back for what repeats it
   */
  Optional<Found> find(String words, long number) {
    if (wanted == DataSource.Repeats.KEEP) {
      return Optional.empty();
    }
    Long before = seen.putIfAbsent(print(words), number);
    if (before != null) {
      return Optional.of(new Found(before, true));
    }
    return wanted == DataSource.Repeats.NEAR
        ? near.find(words, number).map(n -> new Found(n, false))
        : Optional.empty();
  }

  private static Print print(String words) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(words.getBytes(StandardCharsets.UTF_8));
      var bytes = java.nio.ByteBuffer.wrap(hash);
      return new Print(bytes.getLong(), bytes.getLong());
    } catch (NoSuchAlgorithmException e) { // every JDK has it
      throw new IllegalStateException(e);
    }
  }
}
