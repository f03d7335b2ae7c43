package io.zaohua.engine;

import java.nio.file.Path;

/**
 * The folder of other implementations' numbers: {@code -Dgoldens=DIR}, or the copies in the tree.
 */
final class EngineGoldens {
  private EngineGoldens() {}

  static Path folder(String kind) {
    String given = System.getProperty("goldens", "");
    Path all =
        given.isBlank()
            ? Path.of(System.getProperty("zaohua.root"))
                .resolve(kind.equals("training") ? "learn" : "model")
                .resolve("src/test/resources/goldens")
            : Path.of(given);
    return all.resolve(kind);
  }
}
