package io.zaohua.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class BeamSearchTest {
  private static final int END = 0;

  /** A model whose rows depend on the tokens so far, as an engine's would. */
  private static final class Book implements BeamModel {
    private final Function<List<Integer>, double[]> probabilities;
    private List<List<Integer>> rows = List.of(List.of());
    private int calls;

    Book(Function<List<Integer>, double[]> probabilities) {
      this.probabilities = probabilities;
    }

    @Override
    public float[] start() {
      return logits(List.of());
    }

    @Override
    public List<float[]> advance(List<Integer> parents, List<Integer> tokens) {
      var next = new ArrayList<List<Integer>>();
      for (int i = 0; i < parents.size(); i++) {
        var row = new ArrayList<>(rows.get(parents.get(i)));
        row.add(tokens.get(i));
        next.add(row);
      }
      rows = next;
      calls++;
      return rows.stream().map(this::logits).toList();
    }

    private float[] logits(List<Integer> row) {
      double[] p = probabilities.apply(row);
      float[] logits = new float[p.length];
      for (int i = 0; i < p.length; i++) {
        logits[i] = (float) Math.log(p[i]);
      }
      return logits;
    }
  }

  /** Greedy begins with 1 (0.6) and ends at 0.6 * 0.4; beginning with 2 leads to 0.4 * 0.9. */
  private static double[] gardenPath(List<Integer> row) {
    if (row.isEmpty()) {
      return new double[] {0, 0.6, 0.4};
    }
    return row.getLast() == 1 ? new double[] {0.4, 0.3, 0.3} : new double[] {0.9, 0.05, 0.05};
  }

  @Test
  void oneBeamIsGreedy() {
    var best = new BeamSearch(1, 1, 5, Set.of(END)).search(new Book(BeamSearchTest::gardenPath));
    assertThat(best.getFirst().tokens()).containsExactly(1, END);
  }

  @Test
  void twoBeamsFindTheLikelierText() {
    var best = new BeamSearch(2, 1, 5, Set.of(END)).search(new Book(BeamSearchTest::gardenPath));
    assertThat(best.getFirst().tokens()).containsExactly(2, END);
    assertThat(best.getFirst().logProb()).isCloseTo(Math.log(0.36), within(1e-6));
  }

  @Test
  void enoughBeamsFindTheBestOfAllTexts() {
    int vocabulary = 4;
    int length = 4;
    Function<List<Integer>, double[]> random =
        row -> {
          var seeded = new Random(row.hashCode());
          double[] p = new double[vocabulary];
          double sum = 0;
          for (int i = 0; i < vocabulary; i++) {
            sum += p[i] = i == END ? 0 : seeded.nextDouble();
          }
          for (int i = 0; i < vocabulary; i++) {
            p[i] /= sum;
          }
          return p;
        };
    var found = new BeamSearch(27, 0, length, Set.of(END)).search(new Book(random));
    assertThat(found.getFirst().logProb())
        .isCloseTo(likeliest(random, List.of(), length), within(1e-5));
  }

  @Test
  void lengthPenaltyDividesByAPowerOfTheLength() {
    var best = new BeamSearch(2, 2, 5, Set.of(END)).search(new Book(BeamSearchTest::gardenPath));
    assertThat(best.getFirst().score()).isCloseTo(Math.log(0.36) / 4, within(1e-6));
  }

  @Test
  void aHighLengthPenaltyPrefersTheLongerText() {
    // End at once with 0.5, or say 1 for ever with 0.5 then 0.9 each.
    Function<List<Integer>, double[]> model =
        row -> row.isEmpty() ? new double[] {0.5, 0.5} : new double[] {0.1, 0.9};
    var shortest = new BeamSearch(2, 0, 8, Set.of(END)).search(new Book(model));
    var longest = new BeamSearch(2, 1, 8, Set.of(END)).search(new Book(model));
    assertThat(shortest.getFirst().tokens()).hasSize(1);
    assertThat(longest.getFirst().tokens()).hasSize(8);
  }

  @Test
  void withoutAnEndTheLimitStops() {
    var found =
        new BeamSearch(2, 1, 3, Set.of()).search(new Book(_ -> new double[] {0.1, 0.7, 0.2}));
    assertThat(found.getFirst().tokens()).containsExactly(1, 1, 1);
    assertThat(found.getFirst().ended()).isFalse();
  }

  @Test
  void theModelIsNotAskedOnceAllIsSettled() {
    var book = new Book(BeamSearchTest::gardenPath);
    new BeamSearch(1, 1, 100, Set.of(END)).search(book);
    assertThat(book.calls).isEqualTo(1);
  }

  @Test
  void notANumberIsReported() {
    var search = new BeamSearch(2, 1, 3, Set.of(END));
    assertThatThrownBy(() -> search.search(new Book(_ -> new double[] {0.5, Double.NaN})))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("NaN");
  }

  private static double likeliest(
      Function<List<Integer>, double[]> model, List<Integer> row, int left) {
    if (left == 0) {
      return 0;
    }
    double[] p = model.apply(row);
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 1; i < p.length; i++) {
      var next = new ArrayList<>(row);
      next.add(i);
      best = Math.max(best, Math.log(p[i]) + likeliest(model, next, left - 1));
    }
    return best;
  }
}
