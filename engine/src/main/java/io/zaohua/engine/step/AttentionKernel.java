package io.zaohua.engine.step;

import io.zaohua.engine.cache.Page;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One query head over one page: scores, softmax numerators, and the weighted sum of values, online
 * (Milakov and Gimelshein 2018). Aims at one multiply-add a lane and cycle: 4 loads feed 4 fmas.
 *
 * <p>State of a query: largest score, sum of numerators, sum of values. Everything runs in a fixed
 * order over positions, so a query's result does not depend on what else is computed.
 */
final class AttentionKernel {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

  private final float[] scores = new float[Page.SLOTS];
  private final float[] lanes = new float[LANES];

  /** Keys and values of the page at hand. */
  final Page.Block keys = new Page.Block();

  final Page.Block values = new Page.Block();

  /**
   * Adds the positions {@code low .. high} (within the page) to a query's state.
   *
   * @param q the query, {@code size} elements at {@code qAt}
   * @param stride elements between two positions' values; a multiple of 16
   * @param cap soft cap of the scores, 0 for none
   * @param state [max, sum, values of the head (stride)] at {@code at}
   */
  void page(
      float[] q,
      int qAt,
      int size,
      int stride,
      int low,
      int high,
      float scale,
      float cap,
      float[] state,
      int at) {
    score(q, qAt, size, keys.values, keys.offset, scale, scores);
    if (cap != 0) {
      VectorMath.softCap(scores, low, high - low, cap);
    }
    float largest = state[at];
    for (int t = low; t < high; t++) {
      largest = Math.max(largest, scores[t]);
    }
    if (largest == Float.NEGATIVE_INFINITY || Float.isNaN(largest)) {
      state[at] = largest;
      return;
    }
    VectorMath.exp(scores, 0, Page.SLOTS, largest);
    for (int t = 0; t < low; t++) {
      scores[t] = 0;
    }
    for (int t = high; t < Page.SLOTS; t++) {
      scores[t] = 0;
    }
    float kept = state[at] == largest ? 1 : (float) Math.exp(state[at] - largest);
    state[at] = largest;
    state[at + 1] = state[at + 1] * kept + sum(scores);
    weigh(scores, low, high, values.values, values.offset, stride, kept, state, at + 2);
  }

  /** {@code scores[t] = scale * q . K[:, t]} for the whole page; K is [size, SLOTS]. */
  private static void score(
      float[] q, int qAt, int size, float[] k, int kAt, float scale, float[] scores) {
    for (int block = 0; block < Page.SLOTS; block += 4 * LANES) {
      FloatVector a = FloatVector.zero(S);
      FloatVector b = FloatVector.zero(S);
      FloatVector c = FloatVector.zero(S);
      FloatVector d = FloatVector.zero(S);
      int row = kAt + block;
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
  private static void weigh(
      float[] p,
      int low,
      int high,
      float[] v,
      int vAt,
      int stride,
      float kept,
      float[] acc,
      int at) {
    int i = 0;
    for (; i + 4 * LANES <= stride; i += 4 * LANES) {
      FloatVector a = FloatVector.fromArray(S, acc, at + i).mul(kept);
      FloatVector b = FloatVector.fromArray(S, acc, at + i + LANES).mul(kept);
      FloatVector c = FloatVector.fromArray(S, acc, at + i + 2 * LANES).mul(kept);
      FloatVector d = FloatVector.fromArray(S, acc, at + i + 3 * LANES).mul(kept);
      int row = vAt + low * stride + i;
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
      FloatVector a = FloatVector.fromArray(S, acc, at + i).mul(kept);
      int row = vAt + low * stride + i;
      for (int t = low; t < high; t++) {
        a = FloatVector.fromArray(S, v, row).fma(FloatVector.broadcast(S, p[t]), a);
        row += stride;
      }
      a.intoArray(acc, at + i);
    }
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
