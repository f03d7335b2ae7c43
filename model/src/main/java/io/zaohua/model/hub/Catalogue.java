package io.zaohua.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The models known by a short name; the resource {@code catalogue.json} is the list. */
public record Catalogue(List<CatalogueEntry> entries) {
  public Catalogue {
    entries = List.copyOf(entries);
  }

  /** The catalogue that is shipped. */
  public static Catalogue shipped() {
    return Shipped.CATALOGUE;
  }

  /** The entry of that name or alias, letter case ignored. */
  public Optional<CatalogueEntry> find(String name) {
    return entries.stream().filter(entry -> entry.answersTo(name)).findFirst();
  }

  /** The entry that lists this file of this repository. */
  Optional<CatalogueEntry> findSource(Site site, String repository, String file) {
    return entries.stream()
        .filter(
            entry ->
                entry.sources().stream()
                    .anyMatch(
                        source ->
                            source instanceof Source.Repository(var s, var r, var _, var f)
                                && s == site
                                && r.equals(repository)
                                && f.equals(file)))
        .findFirst();
  }

  static Catalogue read(InputStream json) throws IOException {
    JsonNode models = new ObjectMapper().readTree(json).path("models");
    var entries = new ArrayList<CatalogueEntry>();
    for (JsonNode model : models) {
      var aliases = new ArrayList<String>();
      model.path("aliases").forEach(alias -> aliases.add(alias.asText()));
      var sources = new ArrayList<Source>();
      model.path("sources").forEach(source -> sources.add(source(source)));
      entries.add(
          new CatalogueEntry(
              model.path("name").asText(),
              aliases,
              model.path("licence").asText(),
              model.path("bytes").asLong(),
              model.path("approximate").asBoolean(true),
              model.path("file").asText(),
              text(model, "sha256"),
              sources));
    }
    return new Catalogue(entries);
  }

  private static Source source(JsonNode node) {
    if (node.has("wheel")) {
      return new Source.Wheel(
          node.path("wheel").asText(),
          node.path("version").asText(),
          node.path("member").asText(),
          node.path("wheelBytes").asLong());
    }
    Site site = node.has("hf") ? Site.HUGGING_FACE : Site.MODELSCOPE;
    return new Source.Repository(
        site, node.path(site.prefix).asText(), text(node, "revision"), node.path("file").asText());
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.has(field) ? Optional.of(node.path(field).asText()) : Optional.empty();
  }

  private static final class Shipped {
    static final Catalogue CATALOGUE = load();

    private static Catalogue load() {
      try (InputStream json =
          Objects.requireNonNull(Catalogue.class.getResourceAsStream("catalogue.json"))) {
        return read(json);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
