package io.zaohua.engine;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The folder of other implementations' numbers: {@code -Dgoldens=DIR}, or the copies in the tree.
 */
final class EngineGoldens {
  private EngineGoldens() {}

  static Path folder(String kind) {
    String given = System.getProperty("goldens", "");
    Path folder;
    try {
      folder =
          given.isBlank()
              ? Path.of(
                  Objects.requireNonNull(EngineGoldens.class.getResource("/goldens/" + kind))
                      .toURI())
              : Path.of(given).resolve(kind);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException("no goldens of kind " + kind + " in " + given);
    }
    return folder;
  }
}
