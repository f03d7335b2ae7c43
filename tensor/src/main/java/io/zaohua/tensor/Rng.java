package io.zaohua.tensor;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Random numbers that equal PyTorch's: a seed gives the numbers of {@code torch.manual_seed} on the
 * CPU (Mersenne Twister), call by call. Drawn on the CPU, whatever the device they are moved to
 * afterwards, so that a run does not depend on the device. Not safe for several threads.
 */
public final class Rng {
  private final Generator generator;
  private final GeneratorOptional optional;

  /** A generator with the seed. */
  public Rng(long seed) {
    Torch.load();
    generator = torch.createCPUGenerator(seed);
    optional = new GeneratorOptional(generator);
  }

  /** Normal numbers, mean 0, variance 1: PyTorch's {@code randn}; a floating type. */
  public Tensor normal(DType type, long... shape) {
    checkFloat("normal", type, shape);
    return Torch.call(
        "normal", () -> torch.randn(shape, optional, Torch.options(type, Device.CPU)));
  }

  /** Even numbers from 0 to below 1: PyTorch's {@code rand}; a floating type. */
  public Tensor uniform(DType type, long... shape) {
    checkFloat("uniform", type, shape);
    return Torch.call(
        "uniform", () -> torch.rand(shape, optional, Torch.options(type, Device.CPU)));
  }

  /** Whole numbers from low to high - 1, I64: PyTorch's {@code randint}. */
  public Tensor integers(long low, long high, long... shape) {
    Check.that(low < high, "integers: low %d must be below high %d.", low, high);
    Check.count("integers", shape);
    return Torch.call(
        "integers",
        () -> torch.randint(low, high, shape, optional, Torch.options(DType.I64, Device.CPU)));
  }

  /** 0 to n - 1 in random order, I64 [n]: PyTorch's {@code randperm}. */
  public Tensor permutation(long n) {
    Check.that(n >= 0, "permutation: n is %d, and must not be negative.", n);
    return Torch.call(
        "permutation", () -> torch.randperm(n, optional, Torch.options(DType.I64, Device.CPU)));
  }

  /** Ones with the given probability, else zeros, of the type and shape of x on the CPU. */
  public Tensor bernoulli(double probability, Tensor x) {
    Check.that(
        probability >= 0 && probability <= 1,
        "bernoulli: probability %s must be from 0 to 1.",
        probability);
    Tensor drawn =
        Torch.call(
            "bernoulli",
            () -> torch.empty(x.sizes(), Torch.options(x.dtype(), Device.CPU), Nothing.FORMAT));
    Torch.run("bernoulli", () -> drawn.raw().bernoulli_(probability, optional), drawn);
    return x.device().equals(Device.CPU) ? drawn : drawn.to(x.device());
  }

  /** Indices drawn by weight, with replacement: weights [.., n] to I64 [.., draws]. */
  public Tensor choose(Tensor weights, long draws) {
    Check.floats("choose", weights);
    Check.that(
        (weights.rank() == 1 || weights.rank() == 2) && draws > 0,
        "choose: %d draws of %s; expected weights [n] or [b, n].",
        draws,
        weights);
    return Torch.call(
        "choose", () -> torch.multinomial(weights.raw(), draws, true, optional), weights);
  }

  /** Where the generator stands, as PyTorch's {@code get_rng_state} gives it: 5,056 bytes. */
  public byte[] state() {
    try (org.bytedeco.pytorch.Tensor state = generator.get_state();
        var bytes = state.data_ptr_byte()) {
      byte[] copy = new byte[(int) state.numel()];
      bytes.get(copy);
      return copy;
    }
  }

  /** Goes on from a {@link #state}. */
  public void restore(byte[] state) {
    try (Scope _ = Scope.open("random state")) {
      Tensor bytes =
          Tensors.of(java.lang.foreign.MemorySegment.ofArray(state), DType.U8, state.length);
      Torch.run("restore", () -> generator.set_state(bytes.raw()), bytes);
    }
  }

  private static void checkFloat(String operation, DType type, long... shape) {
    Check.count(operation, shape);
    Check.that(
        type.isFloat(), "%s: needs F64, F32, BF16 or F16, and the type is %s.", operation, type);
  }
}
