package io.zaohua.engine.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.zaohua.model.UserError;
import io.zaohua.model.spec.Rope;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Positions of several axes, as Qwen2-VL turns by them. */
class RopeTableTest {
  private static final int DIMS = 32;
  private static final List<Integer> SECTIONS = List.of(4, 7, 5);
  private static final Rope.Scaling NONE = new Rope.Scaling.None();

  private static RopeTable table(List<Integer> sections) {
    RopeTable table = new RopeTable(new Rope(DIMS, 10000, NONE, sections), 0);
    table.grow(400);
    return table;
  }

  private static float[] head() {
    Random random = new Random(5);
    float[] x = new float[DIMS + 3];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    return x;
  }

  @Test
  void everyPairTurnsByTheAxisOfItsSection() {
    float[] before = head();
    float[] after = head();
    int[] positions = {9, 9, 9, 3, 301, 77};
    table(SECTIONS).rotate(after, 2, positions, 3, 3);
    int pair = 0;
    for (int axis = 0; axis < SECTIONS.size(); axis++) {
      for (int n = 0; n < SECTIONS.get(axis); n++, pair++) {
        double angle = positions[3 + axis] * Math.pow(10000, -2.0 * pair / DIMS);
        double a = before[2 + pair];
        double b = before[2 + DIMS / 2 + pair];
        assertThat((double) after[2 + pair])
            .isCloseTo(a * Math.cos(angle) - b * Math.sin(angle), within(2e-5));
        assertThat((double) after[2 + DIMS / 2 + pair])
            .isCloseTo(b * Math.cos(angle) + a * Math.sin(angle), within(2e-5));
      }
    }
  }

  @Test
  void equalAxesTurnAsOne() {
    float[] several = head();
    float[] one = head();
    table(SECTIONS).rotate(several, 1, new int[] {123, 123, 123}, 0, 3);
    table(List.of()).rotate(one, 1, 123);
    assertThat(several).containsExactly(one);
  }

  @Test
  void aPositionOfOneAxisStandsOnAll() {
    float[] text = head();
    float[] one = head();
    table(SECTIONS).rotate(text, 1, new int[] {50, 123}, 1, 1);
    table(List.of()).rotate(one, 1, 123);
    assertThat(text).containsExactly(one);
  }

  @Test
  void sectionsMustCoverAllPairs() {
    assertThatThrownBy(() -> new Rope(DIMS, 10000, NONE, List.of(4, 4, 4)))
        .isInstanceOf(UserError.class);
  }
}
