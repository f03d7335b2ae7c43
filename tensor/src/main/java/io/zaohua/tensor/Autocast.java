package io.zaohua.tensor;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Whether matrix products and attention take their operands as BF16, whether they are F32 or F16,
 * and give BF16 (Micikevicius et al. 2018; PyTorch's autocast on the CPU). Everything else computes
 * in the type it is given, and F64 stays what it is. A setting of the thread that owns libtorch.
 * Gradients have the types of what they belong to, so that F32 weights get F32 ones; backward
 * passes may run outside.
 */
public final class Autocast implements AutoCloseable {
  private static boolean on; // what libtorch knows, without asking it for every operation

  private final boolean before;

  private Autocast(boolean before) {
    this.before = before;
  }

  /** Products are in BF16 until it is closed. */
  public static Autocast on() {
    return set(true);
  }

  /** Products are in their operands' type until it is closed, inside {@link #on} too. */
  public static Autocast off() {
    return set(false);
  }

  /** Whether products are in BF16 now. */
  public static boolean isOn() {
    return on;
  }

  private static Autocast set(boolean wanted) {
    Scope.current();
    Autocast state = new Autocast(on);
    turn(wanted);
    return state;
  }

  private static void turn(boolean wanted) {
    if (wanted != on) {
      torch.set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
      // A weight's BF16 copy must not outlive a change of the weight, nor of the gradient mode.
      torch.set_autocast_cache_enabled(false);
      torch.set_autocast_enabled(DeviceType.CPU, wanted);
      on = wanted;
    }
  }

  @Override
  public void close() {
    turn(before);
  }
}
