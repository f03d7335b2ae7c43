package io.zaohua.tensor;

import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/** Tells of a leaf's gradients until it is closed; see {@link Tensor#onGradient}. */
public final class GradientHook implements AutoCloseable {
  private final Tensor leaf;
  private final Callback callback;
  private final int number;

  GradientHook(Tensor leaf, Runnable work) {
    this.leaf = leaf;
    this.callback = new Callback(work);
    this.number = leaf.raw().register_hook(callback);
  }

  @Override
  public void close() {
    if (!callback.isNull()) {
      if (!leaf.isClosed()) {
        leaf.raw().remove_hook(number);
      }
      callback.close();
    }
  }

  private static final class Callback extends VoidTensorHook {
    private final Runnable work;

    Callback(Runnable work) {
      this.work = work;
    }

    @Override
    public void call(TensorBase gradient) {
      work.run();
    }
  }
}
