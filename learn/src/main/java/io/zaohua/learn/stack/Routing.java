package io.zaohua.learn.stack;

import io.zaohua.tensor.Functional;
import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the routers of one run decided, and what that costs: the balancing loss E sum_e f_e P_e over
 * all layers at once, f_e the share of positions sent to expert e (counted for each of the k
 * choices), P_e the mean of its probability (Switch Transformer, Fedus et al. 2021, eq. 4; joined
 * over layers as in transformers' Mixtral), and the z-loss, the mean squared log-partition (ST-MoE,
 * Zoph et al. 2022, eq. 5).
 */
final class Routing {
  /**
   * Weights of the two losses.
   *
   * @param balance of the balancing loss
   * @param z of the z-loss
   */
  record Weights(double balance, double z) {}

  private record Layer(Tensor logits, Tensor odds) {}

  private final Optional<Tensor> real;
  private final double positions;
  private final List<Layer> layers = new ArrayList<>();
  private final Scope home = Scope.current();
  private double[] counts = {};

  /**
   * What it hears lives in the scope that is open now.
   *
   * @param real F32 [N, 1], 0 where a position only fills a row up; empty if none does
   * @param positions how many are real
   */
  Routing(Optional<Tensor> real, double positions) {
    this.real = real;
    this.positions = positions;
  }

  /**
   * A layer's decisions.
   *
   * @param logits [N, E]
   * @param odds their softmax
   * @param chosen experts, a position's {@code used} together
   */
  void add(Tensor logits, Tensor odds, long[] chosen, int used) {
    layers.add(new Layer(home.take(logits), home.take(odds)));
    if (counts.length == 0) {
      counts = new double[Math.toIntExact(odds.size(1))];
    }
    float[] weights = real.map(Tensor::toFloats).orElse(new float[0]);
    for (int i = 0; i < chosen.length; i++) {
      counts[(int) chosen[i]] += weights.length == 0 ? 1 : weights[i / used];
    }
  }

  int size() {
    return layers.size();
  }

  /** f_e. */
  float[] shares() {
    float[] shares = new float[counts.length];
    for (int e = 0; e < counts.length; e++) {
      shares[e] = (float) (counts[e] / (positions * layers.size()));
    }
    return shares;
  }

  /**
   * The loss of these layers, which may be some of all, [].
   *
   * @param shares f_e, over all layers
   * @param all number of all layers
   */
  Tensor loss(Weights weights, Tensor shares, int all) {
    double each = 1 / (positions * all);
    Tensor sum = shares.mul(0).sum();
    for (Layer layer : layers) {
      Tensor odds = real.map(r -> layer.odds().mul(r)).orElse(layer.odds());
      Tensor balance =
          odds.sum(0, false).mul(shares.to(odds.dtype())).sum().mul(each * shares.count());
      sum = sum.add(balance.mul(weights.balance()));
      if (weights.z() > 0) {
        Tensor partition = Functional.logSumExp(layer.logits(), -1); // [N]
        Tensor squares = partition.mul(partition);
        Tensor counted = real.map(r -> squares.mul(r.squeeze(1))).orElse(squares);
        sum = sum.add(counted.sum().mul(each * weights.z()));
      }
    }
    return sum;
  }
}
