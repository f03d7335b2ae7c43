package io.zaohua.learn.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.zaohua.tensor.Functional;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackingTest {
  @TempDir private Path folder;

  /** Document d of n tokens is 100 d, 100 d + 1 .. */
  private Documents documents(int... lengths) {
    Path file = folder.resolve("a.tokens");
    try (NewDocuments documents = new NewDocuments(file, 1000, false);
        NewDocuments none = new NewDocuments(folder.resolve("b.tokens"), 1000, false)) {
      for (int d = 0; d < lengths.length; d++) {
        int first = 100 * d;
        documents.add(IntStream.range(first, first + lengths[d]).toArray());
      }
      NewDocuments.finish(documents, none, JsonNodeFactory.instance.objectNode());
    }
    return Documents.open(file).orElseThrow();
  }

  private static Batch batch(Documents documents, boolean whole, boolean across, int rows) {
    var settings = new TextWindows.Settings(4, whole, across);
    try (var data = new TextWindows(documents, settings, rows, 1, false, List.of())) {
      return data.batch(0);
    }
  }

  @Test
  void wholeDocumentsFillWindowsAndNeverLearnAcross() {
    Batch batch = batch(documents(4, 2, 5), true, false, 2);
    assertThat(batch.ids()).containsExactly(200, 201, 202, 203, 0, 1, 2, 100);
    assertThat(batch.targets()).containsExactly(201, 202, 203, 204, 1, 2, 3, 101);
    assertThat(batch.segments().orElseThrow()).containsExactly(0, 0, 0, 0, 1, 1, 1, 2);
  }

  @Test
  void cutDocumentsGoOnInTheNextWindow() {
    Batch batch = batch(documents(6), false, false, 2);
    assertThat(batch.targets()).startsWith(1, 2, 3, 4, 5).endsWith(Functional.IGNORED);
    assertThat(batch.learned()).isEqualTo(5);
  }

  @Test
  void acrossDocumentsThereAreNoSegments() {
    assertThat(batch(documents(3, 3), true, true, 1).segments()).isEmpty();
  }

  @Test
  void everyTimeThroughHasAllWindowsInAnotherOrder() {
    var settings = new TextWindows.Settings(4, false, false);
    try (var data = new TextWindows(documents(41), settings, 1, 3, true, List.of())) {
      List<Long> first = firsts(data, 0);
      List<Long> second = firsts(data, 10);
      assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
      assertThat(firsts(data, 0)).isEqualTo(first);
    }
  }

  private static List<Long> firsts(TextWindows data, int from) {
    return IntStream.range(from, from + 10).mapToObj(i -> data.batch(i).ids()[0]).toList();
  }
}
