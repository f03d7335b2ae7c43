package io.zaohua.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Numbers in a shape, on a device, with gradients if asked for. It belongs to the scope that was
 * open when it was made. Axes count from 0, negative ones from the end; shapes stand in brackets,
 * {@code ..} for any axes. Two shapes fit if, from the last axis on, sizes are equal or 1
 * ("broadcasting"). A wrong shape, type, device, thread, or a closed tensor is one sentence, an
 * {@link IllegalArgumentException} or {@link IllegalStateException}. Made by {@link Tensors} and
 * {@link Rng}.
 */
public final class Tensor implements AutoCloseable {
  private final org.bytedeco.pytorch.Tensor raw;
  private final long[] sizes;
  private final DType type;
  private final Device device;
  private Scope scope;
  private int slot;
  private boolean closed;

  Tensor(org.bytedeco.pytorch.Tensor raw, Scope scope) {
    this.raw = raw;
    this.scope = scope;
    sizes = new long[(int) raw.dim()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = raw.size(i);
    }
    type = DType.of(raw.scalar_type());
    device = Torch.deviceOf(raw);
  }

  // --- what it is

  /** The size of each axis. */
  public List<Long> shape() {
    return LongStream.of(sizes).boxed().toList();
  }

  /** The size of one axis. */
  public long size(int axis) {
    return sizes[Check.axis("size", axis, this)];
  }

  /** The number of axes. */
  public int rank() {
    return sizes.length;
  }

  /** The number of elements. */
  public long count() {
    return Check.count("count", sizes);
  }

  /** What one element is. */
  public DType dtype() {
    return type;
  }

  /** Where it lies. */
  public Device device() {
    return device;
  }

  /** Whether its memory has been given back. */
  public boolean isClosed() {
    return closed;
  }

  /** Frees it before its scope closes. What autograd still needs of it stays until that is done. */
  @Override
  public void close() {
    if (!closed) {
      checkUsable("close");
      scope.release(this);
    }
  }

  // --- its numbers, as Java sees them

  /** The value of a tensor of one element. */
  public double item() {
    checkUsable("item");
    Check.that(count() == 1, "item: %s must have one element.", this);
    Torch.GATE.enter();
    try {
      return type == DType.I64 ? raw.item_long() : raw.item_double();
    } finally {
      Torch.GATE.leave();
    }
  }

  /** All elements in row order, cast to float. */
  public float[] toFloats() {
    float[] values = new float[arrayLength()];
    read(DType.F32, MemorySegment.ofArray(values));
    return values;
  }

  /** All elements in row order, cast to double. */
  public double[] toDoubles() {
    double[] values = new double[arrayLength()];
    read(DType.F64, MemorySegment.ofArray(values));
    return values;
  }

  /** All elements in row order, cast to long (towards zero). */
  public long[] toLongs() {
    long[] values = new long[arrayLength()];
    read(DType.I64, MemorySegment.ofArray(values));
    return values;
  }

  /** All elements in row order as they lie in memory, little-endian: count times element size. */
  public void copyTo(MemorySegment target) {
    Check.that(
        target.byteSize() == count() * type.bytes(),
        "copyTo: the segment has %d bytes, and %s has %d.",
        target.byteSize(),
        this,
        count() * type.bytes());
    read(type, target);
  }

  private int arrayLength() {
    Check.that(count() <= 1 << 30, "%s is too large for an array.", this);
    return (int) count();
  }

  private void read(DType as, MemorySegment target) {
    checkUsable("read");
    try (Scope _ = Scope.open("read")) {
      Tensor plain = detach().to(as).to(Device.CPU).contiguous();
      if (plain.count() > 0) {
        target.copyFrom(plain.memory());
      }
    }
  }

  /** The memory of a contiguous tensor on the CPU; valid until it is freed. */
  @SuppressWarnings("restricted")
  MemorySegment memory() {
    return MemorySegment.ofAddress(raw.data_ptr().address()).reinterpret(count() * type.bytes());
  }

  // --- type, place, copies

  /** The same numbers as another type; itself in a new handle if it has that type. */
  public Tensor to(DType other) {
    return unary("to " + other, t -> t.to(other.raw()));
  }

  /** The same numbers on another device. */
  public Tensor to(Device other) {
    return unary(
        "to " + other, t -> t.to(Torch.options(type, other), false, false, Nothing.FORMAT));
  }

  /** The same numbers in row order in memory. */
  public Tensor contiguous() {
    return unary("contiguous", org.bytedeco.pytorch.Tensor::contiguous);
  }

  /** A copy with memory of its own; gradients flow through. */
  public Tensor copy() {
    return unary("copy", torch::clone);
  }

  // --- gradients

  /** Asks for gradients of this tensor, which must be a leaf; gives itself back. */
  public Tensor requireGrad() {
    Check.floats("requireGrad", this);
    Torch.run("requireGrad", () -> raw.requires_grad_(true), this);
    return this;
  }

  /** Whether a gradient will reach it. */
  public boolean requiresGrad() {
    checkUsable("requiresGrad");
    return raw.requires_grad();
  }

  /** Whether nothing computed it that gradients would go back through. */
  boolean isLeaf() {
    return raw.is_leaf();
  }

  /** The same memory without its history. */
  public Tensor detach() {
    return unary("detach", torch::detach);
  }

  /** Adds d(this)/d(leaf) to the gradient of every leaf; this is a scalar. */
  public void backward() {
    Check.that(count() == 1, "backward: %s must have one element; give its gradient.", this);
    checkBackward();
    Torch.run("backward", raw::backward, this);
  }

  /** As {@link #backward()} of sum(this * gradient); the gradient has this tensor's shape. */
  public void backward(Tensor gradient) {
    Check.that(
        Arrays.equals(gradient.sizes, sizes),
        "backward: the gradient is %s, and the tensor %s.",
        gradient,
        this);
    checkBackward();
    Torch.run(
        "backward",
        () -> raw.backward(gradient.raw, Nothing.FLAG, false, Nothing.TENSORS),
        this,
        gradient);
  }

  private void checkBackward() {
    Check.that(
        requiresGrad(),
        "backward: %s does not depend on any tensor that requires a gradient.",
        this);
  }

  /** The gradient so far, sharing its memory with autograd; empty before the first backward. */
  public Optional<Tensor> grad() {
    checkUsable("grad");
    org.bytedeco.pytorch.Tensor gradient = raw.grad();
    return gradient.defined()
        ? Optional.of(Scope.current().adopt(new org.bytedeco.pytorch.Tensor(gradient)))
        : Optional.empty();
  }

  /** Frees the gradient: the next backward starts from nothing. */
  public void clearGrad() {
    Torch.run("clearGrad", () -> raw.mutable_grad().reset(), this);
  }

  /** Makes a tensor of this shape the gradient: backward passes add to it where it lies. */
  public void setGrad(Tensor gradient) {
    Check.that(
        gradient.type == type && Arrays.equals(gradient.sizes, sizes),
        "setGrad: the gradient is %s, and the tensor %s.",
        gradient,
        this);
    Torch.run("setGrad", () -> raw.mutable_grad().put(gradient.raw), this, gradient);
  }

  /**
   * Calls {@code work} in every backward pass that reaches this leaf, just before its gradient is
   * added: gradients of leaves told of earlier are complete by then.
   */
  public GradientHook onGradient(Runnable work) {
    checkUsable("onGradient");
    Check.that(isLeaf() && requiresGrad(), "onGradient: %s is no leaf.", this);
    return new GradientHook(this, work);
  }

  /** Operations that change this tensor where it lies, for optimizers and caches. */
  public InPlace inPlace() {
    return new InPlace(this);
  }

  // --- views: the same memory where possible

  /** Same elements in row order, other shape; one size may be -1. */
  public Tensor reshape(long... shape) {
    long known = 1;
    int open = 0;
    for (long size : shape) {
      Check.that(size >= -1, "reshape: size %d in %s.", size, shape);
      known *= size == -1 ? 1 : size;
      open += size == -1 ? 1 : 0;
    }
    boolean fits = open == 0 ? known == count() : known > 0 && count() % known == 0;
    Check.that(open <= 1 && fits, "reshape: %s does not have the elements of %s.", this, shape);
    return unary("reshape", t -> torch.reshape(t, shape));
  }

  /** [.., a, .., b, ..] to [.., b, .., a, ..]. */
  public Tensor transpose(int a, int b) {
    int first = Check.axis("transpose", a, this);
    int second = Check.axis("transpose", b, this);
    return unary("transpose", t -> torch.transpose(t, first, second));
  }

  /** Axis i of the result is axis {@code axes[i]} of this; every axis once. */
  public Tensor permute(int... axes) {
    int[] plain = IntStream.of(axes).map(a -> Check.axis("permute", a, this)).toArray();
    Check.that(
        plain.length == rank() && IntStream.of(plain).distinct().count() == rank(),
        "permute: %s must name each axis of %s once.",
        axes,
        this);
    return unary("permute", t -> torch.permute(t, IntStream.of(plain).asLongStream().toArray()));
  }

  /** [.., n, ..] to [.., end - start, ..]: elements start to end - 1 of one axis. */
  public Tensor slice(int axis, long start, long end) {
    int a = Check.axis("slice", axis, this);
    Check.that(
        start >= 0 && start <= end && end <= sizes[a],
        "slice: %d to %d lies outside of axis %d of %s.",
        start,
        end,
        axis,
        this);
    return unary("slice", t -> torch.narrow(t, a, start, end - start));
  }

  /** [.., n, ..] to [.., sizes[0], ..], [.., sizes[1], ..] ..; the sizes add up to n. */
  public List<Tensor> split(int axis, long... parts) {
    Check.count("split", parts);
    long total = LongStream.of(parts).sum();
    Check.that(total == size(axis), "split: %s do not add up to axis %d of %s.", parts, axis, this);
    int a = Check.axis("split", axis, this);
    return Torch.calls("split", () -> torch.split_with_sizes(raw, parts, a), this);
  }

  /** [a, b] to [a, 1, b] for axis 1. */
  public Tensor unsqueeze(int axis) {
    int a = Check.axis("unsqueeze", axis, rank() + 1, this);
    return unary("unsqueeze", t -> torch.unsqueeze(t, a));
  }

  /** [a, 1, b] to [a, b] for axis 1. */
  public Tensor squeeze(int axis) {
    int a = Check.axis("squeeze", axis, this);
    Check.that(sizes[a] == 1, "squeeze: axis %d of %s is not 1.", axis, this);
    return unary("squeeze", t -> t.squeeze(a));
  }

  /** Axes of size 1 repeated, without memory, to fill the shape; new axes may come in front. */
  public Tensor expand(long... shape) {
    Check.widens("expand", this, shape);
    return unary("expand", t -> t.expand(shape));
  }

  // --- arithmetic; shapes fit each other

  /** Sum, [..] and [..]. */
  public Tensor add(Tensor other) {
    return fitting("add", other, torch::add);
  }

  /** Each element plus a number; same shape. A whole number leaves integers integers. */
  public Tensor add(double number) {
    return with(number, s -> unary("add", t -> torch.add(t, s)));
  }

  /** Difference, [..] and [..]. */
  public Tensor sub(Tensor other) {
    return fitting("sub", other, torch::sub);
  }

  /** Product of elements, [..] and [..]. */
  public Tensor mul(Tensor other) {
    return fitting("mul", other, torch::mul);
  }

  /** Each element times a number; same shape. */
  public Tensor mul(double number) {
    return with(number, s -> unary("mul", t -> torch.mul(t, s)));
  }

  /** Quotient of elements, [..] and [..]; of integers too it has fractions. */
  public Tensor div(Tensor other) {
    return fitting("div", other, torch::div);
  }

  /** Each element divided by a number; same shape, always with fractions. */
  public Tensor div(double number) {
    return with(number, s -> unary("div", t -> torch.div(t, s)));
  }

  /** [.., n, k] times [.., k, m] is [.., n, m]; batch axes fit each other; [k] is a vector. */
  public Tensor matmul(Tensor other) {
    Check.matmul("matmul", this, other);
    return binary("matmul", other, torch::matmul);
  }

  /** -x; same shape. */
  public Tensor neg() {
    return unary("neg", torch::neg);
  }

  /** Each element without its sign; same shape. */
  public Tensor abs() {
    return unary("abs", torch::abs);
  }

  /** Each element to a power; same shape. */
  public Tensor pow(double exponent) {
    return with(exponent, s -> unary("pow", t -> torch.pow(t, s)));
  }

  /** Square root; same shape. */
  public Tensor sqrt() {
    return unary("sqrt", torch::sqrt);
  }

  /** 1 / sqrt(x); same shape. */
  public Tensor rsqrt() {
    return unary("rsqrt", torch::rsqrt);
  }

  /** e to the power of each element; same shape. */
  public Tensor exp() {
    return unary("exp", torch::exp);
  }

  /** exp(x) - 1, exact near 0; same shape. */
  public Tensor expm1() {
    return unary("expm1", torch::expm1);
  }

  /** Natural logarithm; same shape. */
  public Tensor log() {
    return unary("log", torch::log);
  }

  /** Sine of radians; same shape. */
  public Tensor sin() {
    return unary("sin", torch::sin);
  }

  /** Cosine of radians; same shape. */
  public Tensor cos() {
    return unary("cos", torch::cos);
  }

  /** Limits each element, same shape; infinite bounds do not limit. */
  public Tensor clamp(double min, double max) {
    Check.that(min <= max, "clamp: %s is above %s.", min, max);
    try (Scalar low = Torch.scalar(min, this);
        Scalar high = Torch.scalar(max, this);
        ScalarOptional from = new ScalarOptional(low);
        ScalarOptional to = new ScalarOptional(high)) {
      return unary("clamp", t -> torch.clamp(t, from, to));
    }
  }

  /** The larger of each pair, [..] and [..]; equal ones share the gradient. */
  public Tensor maximum(Tensor other) {
    return fitting("maximum", other, torch::maximum);
  }

  // --- reductions: [.., n, ..] to [.., 1, ..] if the axis is kept, else to [.., ..]

  /** Sum of all elements: []. */
  public Tensor sum() {
    return unary("sum", torch::sum);
  }

  /** Sum along an axis. */
  public Tensor sum(int axis, boolean keep) {
    return along("sum", axis, (t, a) -> torch.sum(t, a, keep, Nothing.TYPE));
  }

  /** Mean of all elements: []. */
  public Tensor mean() {
    Check.floats("mean", this);
    return unary("mean", torch::mean);
  }

  /** Mean along an axis. */
  public Tensor mean(int axis, boolean keep) {
    Check.floats("mean", this);
    return along("mean", axis, (t, a) -> torch.mean(t, a, keep, Nothing.TYPE));
  }

  /** Largest along an axis; equal ones share the gradient. */
  public Tensor amax(int axis, boolean keep) {
    return along("amax", axis, (t, a) -> torch.amax(t, a, keep));
  }

  /** Index of the largest along an axis, I64. */
  public Tensor argmax(int axis, boolean keep) {
    return along(
        "argmax",
        axis,
        (t, a) -> {
          try (LongOptional dim = new LongOptional(a[0])) {
            return torch.argmax(t, dim, keep);
          }
        });
  }

  /** Running sum along an axis; same shape. */
  public Tensor cumsum(int axis) {
    return along("cumsum", axis, (t, a) -> torch.cumsum(t, a[0]));
  }

  @Override
  public String toString() {
    return describe() + (closed ? ", closed" : "");
  }

  // --- inside the wall

  @FunctionalInterface
  private interface AxisCall {
    org.bytedeco.pytorch.Tensor run(org.bytedeco.pytorch.Tensor tensor, long... axis);
  }

  Tensor unary(String name, UnaryOperator<org.bytedeco.pytorch.Tensor> work) {
    return Torch.call(name, () -> work.apply(raw), this);
  }

  Tensor binary(String name, Tensor other, BinaryOperator<org.bytedeco.pytorch.Tensor> work) {
    return Torch.call(name, () -> work.apply(raw, other.raw), this, other);
  }

  Tensor fitting(String name, Tensor other, BinaryOperator<org.bytedeco.pytorch.Tensor> work) {
    Check.broadcast(name, this, other);
    return binary(name, other, work);
  }

  private Tensor along(String name, int axis, AxisCall work) {
    int a = Check.axis(name, axis, this);
    return unary(name, t -> work.run(t, a));
  }

  Tensor with(double number, java.util.function.Function<Scalar, Tensor> work) {
    try (Scalar scalar = Torch.scalar(number, this)) {
      return work.apply(scalar);
    }
  }

  void checkUsable(String operation) {
    if (closed) {
      throw new IllegalStateException(
          operation + ": tensor " + describe() + " is closed: keep it in a scope that stays open.");
    }
    if (scope.owner() != Thread.currentThread()) {
      throw Scope.wrongThread(operation + ": tensor " + describe(), scope.owner());
    }
  }

  /** Type and shape, such as {@code F32[2, 3]}. */
  String describe() {
    return type + Arrays.toString(sizes);
  }

  org.bytedeco.pytorch.Tensor raw() {
    return raw;
  }

  long[] sizes() {
    return sizes;
  }

  Scope scope() {
    return scope;
  }

  int slot() {
    return slot;
  }

  void placeIn(Scope owner, int place) {
    scope = owner;
    slot = place;
  }

  void free() {
    closed = true;
    raw.close();
  }
}
