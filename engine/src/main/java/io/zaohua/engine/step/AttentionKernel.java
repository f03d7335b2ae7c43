package io.zaohua.engine.step;

import io.zaohua.engine.cache.Page;
import io.zaohua.engine.kernel.Lanes;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One query head over one page: scores, softmax numerators, and the weighted sum of values, online
 * (Milakov and Gimelshein 2018). Aims at one multiply-add a lane and cycle: 4 loads feed 4 fmas.
 *
 * <p>State of a query: largest score, sum of numerators, sum of values. Everything runs in a fixed
 * order over positions, so a query's result does not depend on what else is computed.
 */
final class AttentionKernel {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int LANES = S.length();

  private final float[] scores = new float[Page.SLOTS];
  private final float[] scores2 = new float[Page.SLOTS];
  private final float[] lanes = new float[LANES];

  /** Keys and values of the page at hand. */
  final Page.Block keys = new Page.Block();

  final Page.Block values = new Page.Block();

  private int size;
  private int stride;
  private float scale;
  private float cap;

  /**
   * Takes the layer's shape.
   *
   * @param size elements of a head
   * @param stride elements between two positions' values; a multiple of 16
   * @param cap soft cap of the scores, 0 for none
   */
  void shape(int size, int stride, float scale, float cap) {
    this.size = size;
    this.stride = stride;
    this.scale = scale;
    this.cap = cap;
  }

  /**
   * Adds the positions {@code low .. high} (within the page) to a query's state.
   *
   * @param q the query, {@code size} elements at {@code qAt}
   * @param state [max, sum, values of the head (stride)] at {@code at}
   */
  void page(float[] q, int qAt, int low, int high, float[] state, int at) {
    score(q, qAt, low, high);
    float kept = numerators(scores, low, high, state, at);
    if (kept >= 0) {
      weigh(scores, low, high, kept, state, at + 2);
    }
  }

  /** The same for two queries that see the same positions; each gets the same bits as alone. */
  void pages(float[] q, int qAt, int qAt2, int low, int high, float[] state, int at, int at2) {
    score(q, qAt, qAt2, low, high);
    float kept = numerators(scores, low, high, state, at);
    float kept2 = numerators(scores2, low, high, state, at2);
    if (kept >= 0 && kept2 >= 0) {
      weigh(low, high, kept, kept2, state, at + 2, at2 + 2);
    } else if (kept >= 0) {
      weigh(scores, low, high, kept, state, at + 2);
    } else if (kept2 >= 0) {
      weigh(scores2, low, high, kept2, state, at2 + 2);
    }
  }

  /**
   * Scores become numerators, 0 outside {@code low .. high}; returns what the state's values are to
   * be multiplied by, or -1 where there is nothing to add.
   */
  private float numerators(float[] p, int low, int high, float[] state, int at) {
    if (cap != 0) {
      VectorMath.softCap(p, low, high - low, cap);
    }
    Arrays.fill(p, 0, low, Float.NEGATIVE_INFINITY);
    Arrays.fill(p, high, Page.SLOTS, Float.NEGATIVE_INFINITY);
    FloatVector most = FloatVector.broadcast(S, state[at]);
    for (int t = 0; t < Page.SLOTS; t += LANES) {
      most = most.max(FloatVector.fromArray(S, p, t));
    }
    float largest = most.reduceLanes(VectorOperators.MAX);
    if (largest == Float.NEGATIVE_INFINITY || Float.isNaN(largest)) {
      state[at] = largest;
      return -1;
    }
    VectorMath.exp(p, 0, Page.SLOTS, largest);
    Arrays.fill(p, 0, low, 0);
    Arrays.fill(p, high, Page.SLOTS, 0);
    float kept = state[at] == largest ? 1 : (float) Math.exp(state[at] - largest);
    state[at] = largest;
    state[at + 1] = state[at + 1] * kept + sum(p);
    return kept;
  }

  private static boolean skips(int block, int low, int high) {
    return block + 4 * LANES <= low || block >= high;
  }

  /** {@code scores[t] = scale * q . K[:, t]} where it is needed; K is [size, SLOTS]. */
  private void score(float[] q, int qAt, int low, int high) {
    float[] k = keys.values;
    for (int block = 0; block < Page.SLOTS; block += 4 * LANES) {
      if (skips(block, low, high)) {
        continue;
      }
      FloatVector a = FloatVector.zero(S);
      FloatVector b = FloatVector.zero(S);
      FloatVector c = FloatVector.zero(S);
      FloatVector d = FloatVector.zero(S);
      int row = keys.offset + block;
      for (int i = 0; i < size; i++) {
        FloatVector x = FloatVector.broadcast(S, q[qAt + i]);
        a = FloatVector.fromArray(S, k, row).fma(x, a);
        b = FloatVector.fromArray(S, k, row + LANES).fma(x, b);
        c = FloatVector.fromArray(S, k, row + 2 * LANES).fma(x, c);
        d = FloatVector.fromArray(S, k, row + 3 * LANES).fma(x, d);
        row += Page.SLOTS;
      }
      a.mul(scale).intoArray(scores, block);
      b.mul(scale).intoArray(scores, block + LANES);
      c.mul(scale).intoArray(scores, block + 2 * LANES);
      d.mul(scale).intoArray(scores, block + 3 * LANES);
    }
  }

  /** Four loads of keys feed eight fmas. */
  private void score(float[] q, int qAt, int qAt2, int low, int high) {
    float[] k = keys.values;
    for (int block = 0; block < Page.SLOTS; block += 4 * LANES) {
      if (skips(block, low, high)) {
        continue;
      }
      FloatVector a = FloatVector.zero(S);
      FloatVector b = FloatVector.zero(S);
      FloatVector c = FloatVector.zero(S);
      FloatVector d = FloatVector.zero(S);
      FloatVector a2 = FloatVector.zero(S);
      FloatVector b2 = FloatVector.zero(S);
      FloatVector c2 = FloatVector.zero(S);
      FloatVector d2 = FloatVector.zero(S);
      int row = keys.offset + block;
      for (int i = 0; i < size; i++) {
        FloatVector x = FloatVector.broadcast(S, q[qAt + i]);
        FloatVector x2 = FloatVector.broadcast(S, q[qAt2 + i]);
        FloatVector k0 = FloatVector.fromArray(S, k, row);
        a = k0.fma(x, a);
        a2 = k0.fma(x2, a2);
        FloatVector k1 = FloatVector.fromArray(S, k, row + LANES);
        b = k1.fma(x, b);
        b2 = k1.fma(x2, b2);
        FloatVector k2 = FloatVector.fromArray(S, k, row + 2 * LANES);
        c = k2.fma(x, c);
        c2 = k2.fma(x2, c2);
        FloatVector k3 = FloatVector.fromArray(S, k, row + 3 * LANES);
        d = k3.fma(x, d);
        d2 = k3.fma(x2, d2);
        row += Page.SLOTS;
      }
      a.mul(scale).intoArray(scores, block);
      b.mul(scale).intoArray(scores, block + LANES);
      c.mul(scale).intoArray(scores, block + 2 * LANES);
      d.mul(scale).intoArray(scores, block + 3 * LANES);
      a2.mul(scale).intoArray(scores2, block);
      b2.mul(scale).intoArray(scores2, block + LANES);
      c2.mul(scale).intoArray(scores2, block + 2 * LANES);
      d2.mul(scale).intoArray(scores2, block + 3 * LANES);
    }
  }

  private float sum(float[] p) {
    FloatVector s = FloatVector.zero(S);
    for (int t = 0; t < Page.SLOTS; t += LANES) {
      s = s.add(FloatVector.fromArray(S, p, t));
    }
    s.intoArray(lanes, 0);
    float total = 0;
    for (float f : lanes) {
      total += f;
    }
    return total;
  }

  /** {@code acc = acc * kept + sum over t of p[t] V[t, :]}. */
  private void weigh(float[] p, int low, int high, float kept, float[] acc, int at) {
    float[] v = values.values;
    int i = 0;
    for (; i + 4 * LANES <= stride; i += 4 * LANES) {
      FloatVector a = FloatVector.fromArray(S, acc, at + i).mul(kept);
      FloatVector b = FloatVector.fromArray(S, acc, at + i + LANES).mul(kept);
      FloatVector c = FloatVector.fromArray(S, acc, at + i + 2 * LANES).mul(kept);
      FloatVector d = FloatVector.fromArray(S, acc, at + i + 3 * LANES).mul(kept);
      int row = values.offset + low * stride + i;
      for (int t = low; t < high; t++) {
        FloatVector x = FloatVector.broadcast(S, p[t]);
        a = FloatVector.fromArray(S, v, row).fma(x, a);
        b = FloatVector.fromArray(S, v, row + LANES).fma(x, b);
        c = FloatVector.fromArray(S, v, row + 2 * LANES).fma(x, c);
        d = FloatVector.fromArray(S, v, row + 3 * LANES).fma(x, d);
        row += stride;
      }
      a.intoArray(acc, at + i);
      b.intoArray(acc, at + i + LANES);
      c.intoArray(acc, at + i + 2 * LANES);
      d.intoArray(acc, at + i + 3 * LANES);
    }
    for (; i < stride; i += LANES) {
      weighColumn(p, low, high, kept, acc, at, i);
    }
  }

  private void weigh(int low, int high, float kept, float kept2, float[] acc, int at, int at2) {
    float[] v = values.values;
    int i = 0;
    for (; i + 4 * LANES <= stride; i += 4 * LANES) {
      FloatVector a = FloatVector.fromArray(S, acc, at + i).mul(kept);
      FloatVector b = FloatVector.fromArray(S, acc, at + i + LANES).mul(kept);
      FloatVector c = FloatVector.fromArray(S, acc, at + i + 2 * LANES).mul(kept);
      FloatVector d = FloatVector.fromArray(S, acc, at + i + 3 * LANES).mul(kept);
      FloatVector a2 = FloatVector.fromArray(S, acc, at2 + i).mul(kept2);
      FloatVector b2 = FloatVector.fromArray(S, acc, at2 + i + LANES).mul(kept2);
      FloatVector c2 = FloatVector.fromArray(S, acc, at2 + i + 2 * LANES).mul(kept2);
      FloatVector d2 = FloatVector.fromArray(S, acc, at2 + i + 3 * LANES).mul(kept2);
      int row = values.offset + low * stride + i;
      for (int t = low; t < high; t++) {
        FloatVector x = FloatVector.broadcast(S, scores[t]);
        FloatVector x2 = FloatVector.broadcast(S, scores2[t]);
        FloatVector v0 = FloatVector.fromArray(S, v, row);
        a = v0.fma(x, a);
        a2 = v0.fma(x2, a2);
        FloatVector v1 = FloatVector.fromArray(S, v, row + LANES);
        b = v1.fma(x, b);
        b2 = v1.fma(x2, b2);
        FloatVector v2 = FloatVector.fromArray(S, v, row + 2 * LANES);
        c = v2.fma(x, c);
        c2 = v2.fma(x2, c2);
        FloatVector v3 = FloatVector.fromArray(S, v, row + 3 * LANES);
        d = v3.fma(x, d);
        d2 = v3.fma(x2, d2);
        row += stride;
      }
      a.intoArray(acc, at + i);
      b.intoArray(acc, at + i + LANES);
      c.intoArray(acc, at + i + 2 * LANES);
      d.intoArray(acc, at + i + 3 * LANES);
      a2.intoArray(acc, at2 + i);
      b2.intoArray(acc, at2 + i + LANES);
      c2.intoArray(acc, at2 + i + 2 * LANES);
      d2.intoArray(acc, at2 + i + 3 * LANES);
    }
    for (; i < stride; i += LANES) {
      weighColumn(scores, low, high, kept, acc, at, i);
      weighColumn(scores2, low, high, kept2, acc, at2, i);
    }
  }

  /** One vector of the head's elements. */
  private void weighColumn(float[] p, int low, int high, float kept, float[] acc, int at, int i) {
    FloatVector a = FloatVector.fromArray(S, acc, at + i).mul(kept);
    int row = values.offset + low * stride + i;
    for (int t = low; t < high; t++) {
      a = FloatVector.fromArray(S, values.values, row).fma(FloatVector.broadcast(S, p[t]), a);
      row += stride;
    }
    a.intoArray(acc, at + i);
  }

  /** A state that has seen nothing. */
  static void clear(float[] state, int at, int stride) {
    state[at] = Float.NEGATIVE_INFINITY;
    Arrays.fill(state, at + 1, at + 2 + stride, 0);
  }

  /** Adds the state at {@code from} to the one at {@code at}. */
  static void merge(float[] state, int at, float[] other, int from, int stride) {
    if (other[from] == Float.NEGATIVE_INFINITY) {
      return;
    }
    if (state[at] == Float.NEGATIVE_INFINITY) {
      System.arraycopy(other, from, state, at, 2 + stride);
      return;
    }
    float largest = Math.max(state[at], other[from]);
    float a = (float) Math.exp(state[at] - largest);
    float b = (float) Math.exp(other[from] - largest);
    state[at] = largest;
    for (int i = 1; i < 2 + stride; i++) {
      state[at + i] = state[at + i] * a + other[from + i] * b;
    }
  }

  /** Writes the head's output: the sum of values over the sum of numerators. */
  static void finish(float[] state, int at, float[] y, int yAt, int size) {
    float inverse = 1 / state[at + 1];
    for (int i = 0; i < size; i++) {
      y[yAt + i] = state[at + 2 + i] * inverse;
    }
  }
}
