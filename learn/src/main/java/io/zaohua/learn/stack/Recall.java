package io.zaohua.learn.stack;

import io.zaohua.tensor.Scope;
import io.zaohua.tensor.Tensor;
import io.zaohua.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;

/** Keys and values that the layers have made of a text so far, for the pieces that follow. */
final class Recall {
  /** Positions that a buffer has room for beyond those it needs now, at least. */
  private static final long ROOM = 32;

  private final Scope home;
  private final Map<Integer, Tensor> keys = new HashMap<>(); // by layer, [B, G, room, D]
  private final Map<Integer, Tensor> values = new HashMap<>();
  private int length;

  /** It lives in that scope. */
  Recall(Scope home) {
    this.home = home;
  }

  /** Frees it early. */
  void forget() {
    keys.values().forEach(Tensor::close);
    values.values().forEach(Tensor::close);
  }

  /** Positions that every layer has been through. */
  int length() {
    return length;
  }

  /** The layers have been through so many more. */
  void add(int positions) {
    length += positions;
  }

  /** All keys of a layer, these last, [B, G, S, D]. */
  Tensor keys(int layer, Tensor last) {
    return with(keys, layer, last);
  }

  /** All values of a layer, these last, [B, G, S, D]. */
  Tensor values(int layer, Tensor last) {
    return with(values, layer, last);
  }

  private Tensor with(Map<Integer, Tensor> kept, int layer, Tensor last) {
    long end = length + last.size(2);
    Tensor buffer = kept.get(layer);
    if (buffer == null || buffer.size(2) < end) {
      long room = Math.max(end + ROOM, 2L * length);
      Tensor larger =
          home.take(
              Tensors.zeros(
                  last.dtype(), last.device(), last.size(0), last.size(1), room, last.size(3)));
      if (buffer != null) {
        larger.slice(2, 0, length).inPlace().copy(buffer.slice(2, 0, length));
        buffer.close();
      }
      kept.put(layer, larger);
      buffer = larger;
    }
    buffer.slice(2, length, end).inPlace().copy(last);
    return buffer.slice(2, 0, end);
  }
}
