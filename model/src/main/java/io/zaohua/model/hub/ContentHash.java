package io.zaohua.model.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The hash a blob's key stands for, fed while the bytes arrive: SHA-256 for LFS files, git's SHA-1
 * over {@code "blob SIZE\0"} and the content for the others.
 */
final class ContentHash {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
  private static final Pattern SHA1 = Pattern.compile("[0-9a-fA-F]{40}");

  private final String key;
  private final Optional<MessageDigest> digest;

  private ContentHash(String key, Optional<MessageDigest> digest) {
    this.key = key;
    this.digest = digest;
  }

  /** Starts; a key that is no hash is answered by {@link #matches} with true. */
  static ContentHash of(String key, long bytes) {
    if (SHA256.matcher(key).matches()) {
      return new ContentHash(key, Optional.of(digest("SHA-256")));
    }
    if (SHA1.matcher(key).matches()) {
      MessageDigest git = digest("SHA-1");
      git.update(("blob " + bytes + "\0").getBytes(StandardCharsets.US_ASCII));
      return new ContentHash(key, Optional.of(git));
    }
    return new ContentHash(key, Optional.empty());
  }

  static boolean isHash(String key) {
    return SHA256.matcher(key).matches() || SHA1.matcher(key).matches();
  }

  void update(byte[] bytes, int length) {
    digest.ifPresent(d -> d.update(bytes, 0, length));
  }

  /** Whether what was fed is what the key promises; ends the hash. */
  boolean matches() {
    return digest
        .map(d -> HexFormat.of().formatHex(d.digest()).equals(key.toLowerCase(Locale.ROOT)))
        .orElse(true);
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
