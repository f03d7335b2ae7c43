package io.zaohua.learn.reinforce;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.learn.InitialWeights;
import io.zaohua.learn.TinyModel;
import io.zaohua.learn.stack.Transformer;
import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RolloutTest {
  private static final int LENGTH = 12;
  private static final int END = 6;
  private static final int[][] PROMPTS = {{1, 2, 3}, {1, 2, 3}, {7, 0, 9}, {4, 4, 8}};

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0.7, true"})
  void tokensAreThoseOfReadingAllOfItForEach(double temperature, boolean experts) {
    try (Scope _ = Scope.open("test")) {
      var spec = experts ? TinyModel.experts() : TinyModel.dense();
      Transformer model = Transformer.of(spec, new InitialWeights(spec, 4, 0.5));
      Rollout rollout = new Rollout(model, LENGTH, temperature, END);
      int[][] drawn = rollout.draw(PROMPTS, new SplittableRandom(9));
      assertThat(drawn).isDeepEqualTo(whole(model, rollout, new SplittableRandom(9)));
      if (temperature > 0) {
        assertThat(drawn[0]).isNotEqualTo(drawn[1]);
      }
      for (int[] answer : drawn) {
        boolean ended = answer[answer.length - 1] == END;
        assertThat(ended || answer.length == LENGTH).isTrue();
      }
    }
  }

  private static int[][] whole(Transformer model, Rollout rollout, SplittableRandom random) {
    List<List<Integer>> texts = new ArrayList<>();
    for (int[] prompt : PROMPTS) {
      texts.add(new ArrayList<>(java.util.Arrays.stream(prompt).boxed().toList()));
    }
    for (int at = 0; at < LENGTH; at++) {
      for (List<Integer> text : texts) {
        double place = random.nextDouble();
        if (at == 0 || text.getLast() != END) {
          float[] logits = logits(model, text);
          text.add(rollout.choose(logits, 0, logits.length, place));
        }
      }
    }
    return texts.stream()
        .map(t -> t.subList(3, t.size()).stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  private static float[] logits(Transformer model, List<Integer> text) {
    try (Scope _ = Scope.open("whole");
        Autograd _ = Autograd.off()) {
      long[] ids = text.stream().mapToLong(Integer::longValue).toArray();
      Tensor all = model.logits(Tensors.of(ids, 1, ids.length));
      return all.slice(1, ids.length - 1, ids.length).contiguous().toFloats();
    }
  }
}
