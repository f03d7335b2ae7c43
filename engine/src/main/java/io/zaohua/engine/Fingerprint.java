package io.zaohua.engine;

import io.zaohua.model.adapter.Front;
import io.zaohua.model.spec.Parts;
import io.zaohua.model.spec.TransformerSpec;
import io.zaohua.model.weights.Weights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * 32 bytes that tell a model from others: SHA-256 of what it is and of a few rows of every part.
 * Rows stand for the rest so that large models need not be read again; training changes all rows.
 */
final class Fingerprint {
  private static final int ROWS = 3;

  private Fingerprint() {}

  /**
   * @param front what stands before every text
   */
  static byte[] of(TransformerSpec spec, Weights weights, Optional<Front> front) {
    try (Arena arena = Arena.ofConfined()) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, spec.toString());
      for (String part : Parts.of(spec).keySet()) {
        if (!weights.has(part)) {
          continue;
        }
        Weights.Shape shape = weights.shape(part);
        add(digest, part + shape);
        MemorySegment row = arena.allocate(shape.rowBytes());
        for (int i = 0; i < ROWS; i++) {
          weights.readRows(part, (shape.rows() - 1) * i / (ROWS - 1), 1, row);
          digest.update(row.asByteBuffer());
        }
      }
      front.ifPresent(f -> add(digest, f));
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK knows SHA-256", e);
    }
  }

  private static void add(MessageDigest digest, Front front) {
    add(digest, front.getClass().getSimpleName() + front.length());
    ByteBuffer bytes = ByteBuffer.allocate(4 * front.values().length);
    bytes.asFloatBuffer().put(front.values());
    digest.update(bytes);
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
