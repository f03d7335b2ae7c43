package io.zaohua.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** How many physical cores this process may use: two threads of one core only share its units. */
public final class PhysicalCores {
  private PhysicalCores() {}

  public static int count() {
    int logical = Runtime.getRuntime().availableProcessors();
    Set<String> cores = new HashSet<>();
    for (int i = 0; i < 4096; i++) {
      Path siblings = Path.of("/sys/devices/system/cpu/cpu" + i + "/topology/thread_siblings_list");
      if (!Files.isReadable(siblings)) {
        break;
      }
      try {
        cores.add(Files.readString(siblings).strip());
      } catch (IOException e) {
        return logical;
      }
    }
    return cores.isEmpty() ? logical : Math.min(logical, cores.size());
  }
}
