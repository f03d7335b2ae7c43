package io.zaohua.learn.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.zaohua.tensor.Functional;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows read from the file are those of lists in memory, in the same order. */
final class WindowOrderTest {
  private static final long SEED = 11;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "false, 300, 16",
    "true, 300, 16",
    "false, 70000, 7",
    "true, 70000, 40",
    "true, 9, 3"
  })
  void windowsAreThoseOfListsInMemory(boolean whole, int vocabulary, int length) {
    List<int[]> documents = documents(new SplittableRandom(5), vocabulary);
    List<List<int[]>> windows =
        whole ? wholeInMemory(documents, length) : cutInMemory(documents, length);
    var settings = new TextWindows.Settings(length, whole, false);
    try (var data =
        new TextWindows(written(documents, vocabulary), settings, 1, SEED, true, List.of())) {
      assertThat(data.size()).isEqualTo(windows.size());
      for (int epoch = 0; epoch < 2; epoch++) {
        int[] order = Order.ofEpoch(windows.size(), SEED, epoch);
        for (int i = 0; i < order.length; i++) {
          same(data.batch((long) epoch * order.length + i), windows.get(order[i]), length);
        }
      }
    }
  }

  private static void same(Batch batch, List<int[]> pieces, int length) {
    long[] ids = new long[length];
    long[] targets = new long[length];
    Arrays.fill(targets, Functional.IGNORED);
    int at = 0;
    for (int[] piece : pieces) {
      for (int i = 0; i + 1 < piece.length; i++) {
        ids[at] = piece[i];
        targets[at++] = piece[i + 1];
      }
    }
    assertThat(batch.ids()).containsExactly(ids);
    assertThat(batch.targets()).containsExactly(targets);
    assertThat(batch.segments().isPresent()).isEqualTo(pieces.size() > 1);
  }

  private static List<int[]> documents(SplittableRandom random, int vocabulary) {
    List<int[]> documents = new ArrayList<>();
    for (int d = 0; d < 200; d++) {
      int length = d % 17 == 0 ? 1 : d % 23 == 0 ? 100 : 1 + random.nextInt(30);
      documents.add(IntStream.range(0, length).map(_ -> random.nextInt(vocabulary)).toArray());
    }
    return documents;
  }

  private Documents written(List<int[]> documents, int vocabulary) {
    Path file = folder.resolve("a.tokens");
    try (NewDocuments made = new NewDocuments(file, vocabulary, false);
        NewDocuments none = new NewDocuments(folder.resolve("b.tokens"), vocabulary, false)) {
      documents.forEach(made::add);
      NewDocuments.finish(made, none, JsonNodeFactory.instance.objectNode());
    }
    return Documents.open(file).orElseThrow();
  }

  private static List<List<int[]>> cutInMemory(List<int[]> documents, int length) {
    List<List<int[]>> windows = new ArrayList<>();
    int room = 0;
    for (int[] document : documents) {
      for (int from = 0; from < document.length - 1; ) {
        if (room == 0) {
          windows.add(new ArrayList<>());
          room = length;
        }
        int taken = Math.min(room, document.length - 1 - from);
        windows.getLast().add(Arrays.copyOfRange(document, from, from + taken + 1));
        from += taken;
        room -= taken;
      }
    }
    return windows;
  }

  /** Best fit decreasing, with stacks of windows by room in a sorted map. */
  private static List<List<int[]>> wholeInMemory(List<int[]> documents, int length) {
    List<List<int[]>> windows = new ArrayList<>();
    var byRoom = new TreeMap<Integer, Deque<Integer>>();
    for (int[] document :
        documents.stream().sorted(Comparator.comparingInt((int[] d) -> -d.length)).toList()) {
      for (int from = 0; from < document.length - 1; ) {
        int taken = Math.min(document.length - 1 - from, length);
        var fit = byRoom.ceilingEntry(taken);
        int window = fit == null ? windows.size() : fit.getValue().pop();
        if (fit == null) {
          windows.add(new ArrayList<>());
        } else if (fit.getValue().isEmpty()) {
          byRoom.remove(fit.getKey());
        }
        windows.get(window).add(Arrays.copyOfRange(document, from, from + taken + 1));
        int left = (fit == null ? length : fit.getKey()) - taken;
        if (left > 0) {
          byRoom.computeIfAbsent(left, _ -> new ArrayDeque<>()).push(window);
        }
        from += taken;
      }
    }
    return windows;
  }
}
