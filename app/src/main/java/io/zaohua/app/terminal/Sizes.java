package io.zaohua.app.terminal;

import java.util.Locale;

/** Byte counts as people read them. */
public final class Sizes {
  private Sizes() {}

  /** For example {@code 98.9 MB}; decimal units, as hubs and disks count. */
  public static String of(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double size = bytes;
    int unit = 0;
    while (size >= 999.95 && unit < units.length - 1) {
      size /= 1000;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, size < 99.95 ? "%.1f %s" : "%.0f %s", size, units[unit]);
  }
}
