package io.zaohua.tensor;

import org.bytedeco.pytorch.GradMode;

/** Whether operations are recorded for backward; a setting of the thread that owns libtorch. */
public final class Autograd implements AutoCloseable {
  private final boolean before;

  private Autograd(boolean before) {
    this.before = before;
  }

  /** Records nothing until it is closed: for optimizers, evaluation and generation. */
  public static Autograd off() {
    return set(false);
  }

  /** Records again until it is closed, inside {@link #off}: to compute a part a second time. */
  public static Autograd on() {
    return set(true);
  }

  /** Whether operations on this thread are recorded. */
  public static boolean isOn() {
    Torch.load();
    return GradMode.is_enabled();
  }

  private static Autograd set(boolean wanted) {
    Scope.current();
    Autograd state = new Autograd(GradMode.is_enabled());
    GradMode.set_enabled(wanted);
    return state;
  }

  @Override
  public void close() {
    GradMode.set_enabled(before);
  }
}
