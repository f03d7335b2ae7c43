package io.zaohua.model.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * What removing a model would delete; made before the user is asked.
 *
 * @param name the model
 * @param paths files, links and folders to delete
 * @param bytes that become free
 */
public record Removal(String name, List<Path> paths, long bytes) {
  public Removal {
    paths = List.copyOf(paths);
  }
}
