package io.zaohua.model.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Free bytes where a folder lies. */
@FunctionalInterface
public interface DiskSpace {
  /** What the file store says this process may still write. */
  DiskSpace REAL = folder -> Files.getFileStore(folder).getUsableSpace();

  long usable(Path folder) throws IOException;
}
