package io.zaohua.learn.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.zaohua.tensor.Autograd;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Three steps of each optimizer beside PyTorch's; numbers by tools/goldens/optimizers.py. */
final class OptimizerTest {
  private static final AdamW REST = new AdamW(0.9, 0.95, 1e-8, 0.3);

  private static Muon muon(boolean nesterov, Muon.Scaling scaling) {
    return new Muon(0.95, nesterov, 5, scaling, 0.1, REST, 0.1);
  }

  private static Map<String, Tensor> weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    weights.put("layers.0.q.weight", tensor(i -> Math.cos(i), 2, 3).requireGrad());
    weights.put("layers.0.k.weight", tensor(i -> Math.cos(i + 1), 3, 2).requireGrad());
    weights.put("finalNorm.weight", tensor(i -> Math.cos(i + 2), 3).requireGrad());
    return weights;
  }

  private static Tensor tensor(IntToDoubleFunction element, long... shape) {
    float[] values = new float[(int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) element.applyAsDouble(i);
    }
    return Tensors.of(values, shape);
  }

  /** Step t from 0: element i of weight k has the gradient sin(1 + i + 3 k + 7 t). */
  private static void step(Optimizer optimizer, Map<String, Tensor> weights, double rate, int t) {
    int k = 0;
    for (Tensor weight : weights.values()) {
      int phase = 1 + 3 * k + 7 * t;
      long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
      weight.mul(tensor(i -> Math.sin(phase + i), shape)).sum().backward();
      k++;
    }
    optimizer.step(rate);
  }

  private static float[] numbers(Map<String, Tensor> weights) {
    float[] all = new float[15];
    int at = 0;
    for (Tensor weight : weights.values()) {
      float[] part = weight.toFloats();
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static float[] afterThreeSteps(Rule rule, double rate) {
    try (Scope _ = Scope.open("test")) {
      Map<String, Tensor> weights = weights();
      Optimizer optimizer = new Optimizer(rule, weights);
      IntStream.range(0, 3).forEach(t -> step(optimizer, weights, rate, t));
      return numbers(weights);
    }
  }

  @Test
  void adamW() {
    assertThat(afterThreeSteps(new AdamW(0.9, 0.95, 1e-8, 0.1), 0.01))
        .containsExactly(
            new float[] {
              0.9672302f,
              0.5143275f,
              -0.4118916f,
              -0.9572114f,
              -0.6256511f,
              0.2839082f,
              0.5684971f,
              -0.3888662f,
              -0.9859294f,
              -0.6814187f,
              0.2555317f,
              0.9510176f,
              -0.4446336f,
              -1.0143059f,
              -0.6579598f
            },
            offset(1e-6f));
  }

  @Test
  void lion() {
    assertThat(afterThreeSteps(new Lion(0.9, 0.99, 0.1), 0.01))
        .containsExactly(
            new float[] {
              0.9670331f,
              0.5287130f,
              -0.4048897f,
              -0.9570555f,
              -0.6417147f,
              0.2728021f,
              0.5686530f,
              -0.4049297f,
              -0.9970355f,
              -0.6816546f,
              0.2528421f,
              0.9673026f,
              -0.4448697f,
              -1.0169955f,
              -0.6416747f
            },
            offset(1e-6f));
  }

  @Test
  void adafactor() {
    assertThat(afterThreeSteps(new Adafactor(-0.8, Adafactor.F32_EPS, 1e-3, 1, 0.1), 0.1))
        .containsExactly(
            new float[] {
              0.7834938f,
              0.4504328f,
              -0.2767348f,
              -0.7740920f,
              -0.5317693f,
              0.2154819f,
              0.7343231f,
              -0.2973958f,
              -1.0496758f,
              -0.9075475f,
              0.1213677f,
              1.0263681f,
              -0.6436503f,
              -1.0930094f,
              -0.5275610f
            },
            offset(1e-6f));
  }

  @Test
  void plainDescent() {
    assertThat(afterThreeSteps(new Sgd(0, false, 0), 0.1))
        .containsExactly(
            new float[] {
              0.7518883f,
              0.4369510f,
              -0.2797170f,
              -0.7392145f,
              -0.5190816f,
              0.1782925f,
              0.7910803f,
              -0.2815848f,
              -1.0953622f,
              -0.9020686f,
              0.1205827f,
              1.0323708f,
              -0.6645718f,
              -1.1530720f,
              -0.5814431f
            },
            offset(1e-6f));
  }

  @Test
  void descentWithMomentum() {
    assertThat(afterThreeSteps(new Sgd(0.9, false, 0.1), 0.1))
        .containsExactly(
            new float[] {
              0.4675121f,
              0.2181767f,
              -0.2317493f,
              -0.4686061f,
              -0.2746286f,
              0.1718412f,
              0.9765722f,
              -0.0503416f,
              -1.0309716f,
              -1.0637311f,
              -0.1185011f,
              0.9356782f,
              -0.8394440f,
              -1.3213137f,
              -0.5883737f
            },
            offset(1e-6f));
  }

  @Test
  void descentWithNesterovsMomentum() {
    assertThat(afterThreeSteps(new Sgd(0.9, true, 0), 0.1))
        .containsExactly(
            new float[] {
              0.3189473f,
              0.1706124f,
              -0.1345828f,
              -0.3160432f,
              -0.2069350f,
              0.0924283f,
              1.2142515f,
              0.0305618f,
              -1.1812264f,
              -1.3070004f,
              -0.2311243f,
              1.0572464f,
              -1.0695037f,
              -1.5047790f,
              -0.5565674f
            },
            offset(1e-6f));
  }

  @Test
  void muon() {
    assertThat(afterThreeSteps(muon(true, Muon.Scaling.ORIGINAL), 0.02))
        .containsExactly(
            new float[] {
              0.9642962f,
              0.5476830f,
              -0.3724674f,
              -0.9693399f,
              -0.6095811f,
              0.3106238f,
              0.5711558f,
              -0.3902488f,
              -0.9739441f,
              -0.7038409f,
              0.2394516f,
              0.9760510f,
              -0.4213474f,
              -0.9936701f,
              -0.6537245f
            },
            offset(1e-5f));
  }

  @Test
  void muonWithStepsAsLargeAsAdamWs() {
    assertThat(afterThreeSteps(muon(false, Muon.Scaling.MATCH_RMS_ADAMW), 0.02))
        .containsExactly(
            new float[] {
              0.9822127f,
              0.5392945f,
              -0.3994487f,
              -0.9804538f,
              -0.6357171f,
              0.2934949f,
              0.5459183f,
              -0.4061227f,
              -0.9788210f,
              -0.6653802f,
              0.2687481f,
              0.9599144f,
              -0.4213474f,
              -0.9936701f,
              -0.6537245f
            },
            offset(1e-5f));
  }

  @Test
  void whatAnOptimizerRemembersIsAllItNeedsToGoOn() {
    Rule[] rules = {
      new AdamW(0.9, 0.95, 1e-8, 0.1),
      new Lion(0.9, 0.99, 0.1),
      new Adafactor(-0.8, Adafactor.F32_EPS, 1e-3, 1, 0.1),
      new Sgd(0.9, true, 0.1),
      muon(true, Muon.Scaling.ORIGINAL),
    };
    for (Rule rule : rules) {
      try (Scope _ = Scope.open("test")) {
        Map<String, Tensor> weights = weights();
        Optimizer first = new Optimizer(rule, weights);
        step(first, weights, 0.02, 0);
        Optimizer second = new Optimizer(rule, weights);
        try (Autograd _ = Autograd.off()) {
          second.state().forEach((name, tensor) -> tensor.inPlace().copy(first.state().get(name)));
        }
        second.goOnAfter(1);
        step(second, weights, 0.02, 1);
        step(second, weights, 0.02, 2);
        assertThat(numbers(weights)).as("%s", rule).isEqualTo(afterThreeSteps(rule, 0.02));
      }
    }
  }

  @Test
  void whatIsRememberedIsCountedBeforehand() {
    Muon muon = muon(true, Muon.Scaling.ORIGINAL);
    try (Scope _ = Scope.open("test")) {
      long held =
          new Optimizer(muon, weights()).state().values().stream().mapToLong(Tensor::count).sum();
      long said =
          muon.remembered("layers.0.q.weight", 2, 3)
              + muon.remembered("layers.0.k.weight", 3, 2)
              + muon.remembered("finalNorm.weight", 1, 3);
      assertThat(said).isEqualTo(held);
    }
  }
}
