package io.zaohua.model.hub;

import java.util.List;
import java.util.Optional;

/**
 * A model known by a short name.
 *
 * @param name {@code family:size}
 * @param aliases other names for the same file
 * @param licence SPDX name, or the licence's own name
 * @param bytes size of the file
 * @param approximate whether {@code bytes} is a round figure
 * @param file the file's name
 * @param sha256 of the file, 64 hex digits, where it is known; every source is then held to it
 * @param sources in the order they are tried, after the cache
 */
public record CatalogueEntry(
    String name,
    List<String> aliases,
    String licence,
    long bytes,
    boolean approximate,
    String file,
    Optional<String> sha256,
    List<Source> sources) {
  public CatalogueEntry {
    aliases = List.copyOf(aliases);
    sources = List.copyOf(sources);
  }

  boolean answersTo(String text) {
    return name.equalsIgnoreCase(text) || aliases.stream().anyMatch(text::equalsIgnoreCase);
  }
}
