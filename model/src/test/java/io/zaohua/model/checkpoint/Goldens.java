package io.zaohua.model.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The folder of language model goldens: the system property {@code goldens}, or the copies. */
public final class Goldens {
  private Goldens() {}

  public static Path llm() {
    String given = System.getProperty("goldens", "");
    return given.isEmpty()
        ? Path.of(System.getProperty("zaohua.root"), "model/src/test/resources/goldens/llm")
        : Path.of(given, "llm");
  }

  /** One folder a model, by name. */
  public static List<Path> models() {
    try (var folders = Files.list(llm())) {
      return folders.filter(f -> Files.exists(f.resolve("config.json"))).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
