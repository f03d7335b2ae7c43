package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private static Stream<CatalogueEntry> entries() {
    return Catalogue.shipped().entries().stream();
  }

  @Test
  void givesEveryNameOnce() {
    var names = new ArrayList<String>();
    entries().forEach(e -> names.add(e.name()));
    entries().forEach(e -> names.addAll(e.aliases()));
    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void namesLicenceSizeAndSource() {
    assertThat(entries())
        .allMatch(e -> !e.licence().isBlank() && e.bytes() > 0 && !e.sources().isEmpty());
  }

  @Test
  void holdsEveryWheelToAHash() {
    assertThat(entries().filter(e -> e.sources().stream().anyMatch(Source.Wheel.class::isInstance)))
        .isNotEmpty()
        .allMatch(e -> ContentHash.isHash(e.sha256().orElse("")) && !e.approximate());
  }

  @Test
  void namesRepositoriesThatCanBeAskedFor() {
    assertThat(
            entries()
                .flatMap(e -> e.sources().stream())
                .filter(Source.Repository.class::isInstance)
                .map(Source.Repository.class::cast))
        .isNotEmpty()
        .allMatch(
            s ->
                ModelName.parse(
                        s.site().prefix + ":" + s.repository() + ":" + s.file(),
                        Catalogue.shipped())
                    instanceof ModelName.Hosted);
  }
}
