package io.zaohua.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Owns the tensors made while it is open, and frees them when it closes, as an {@code Arena} does;
 * the garbage collector does not see their memory. Scopes nest: weights live in an outer one, each
 * training step in an inner one. One platform thread owns libtorch as long as any scope is open:
 * its autograd mode and its OpenMP team belong to a thread.
 */
public final class Scope implements AutoCloseable {
  private static final AtomicLong LIVE = new AtomicLong();
  private static volatile @Nullable Scope innermost;

  private final String reason;
  private final @Nullable Scope parent;
  private final Thread owner = Thread.currentThread();
  private final List<Tensor> tensors = new ArrayList<>();
  private boolean closed;

  private Scope(String reason, @Nullable Scope parent) {
    this.reason = reason;
    this.parent = parent;
  }

  /**
   * Opens a scope inside the innermost open one, and loads libtorch the first time.
   *
   * @param reason what it holds, such as {@code "training step"}: told in messages
   */
  public static synchronized Scope open(String reason) {
    Thread caller = Thread.currentThread();
    if (caller.isVirtual()) {
      throw new IllegalStateException(
          "Scope \"" + reason + "\" was opened on a virtual thread, and needs a platform thread.");
    }
    Scope outer = innermost;
    if (outer != null && outer.owner != caller) {
      if (outer.owner.isAlive()) {
        throw wrongThread("Scope \"" + reason + "\"", outer.owner);
      }
      outer = null; // its thread died without closing it: its tensors are lost, the room is not
    }
    Torch.load();
    Scope scope = new Scope(reason, outer);
    innermost = scope;
    return scope;
  }

  /** The innermost open scope, which must be this thread's. */
  public static Scope current() {
    Scope scope = innermost;
    if (scope == null) {
      throw new IllegalStateException(
          "No scope is open, and a tensor needs one: try (var scope = Scope.open(\"why\")) { .. }.");
    }
    if (scope.owner != Thread.currentThread()) {
      throw wrongThread("Scope \"" + scope.reason + "\"", scope.owner);
    }
    return scope;
  }

  /** Tensors that are open anywhere in this process: 0 when nothing leaks. */
  public static long liveTensors() {
    return LIVE.get();
  }

  /** Tensors this scope would free now. */
  public int size() {
    return tensors.size();
  }

  /** Moves a tensor of any open scope into this one, and gives it back. */
  public Tensor take(Tensor tensor) {
    checkOpen();
    tensor.checkUsable("take");
    tensor.scope().forget(tensor);
    hold(tensor);
    return tensor;
  }

  /** Moves a tensor to the scope around this one, where it outlives this one. */
  public Tensor keep(Tensor tensor) {
    checkOpen();
    Scope outer = parent;
    if (outer == null) {
      throw new IllegalStateException(
          "Scope \"" + reason + "\" is the outermost one: there is none around it to keep for.");
    }
    return outer.take(tensor);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (owner != Thread.currentThread()) {
      throw wrongThread("Scope \"" + reason + "\"", owner);
    }
    Scope inner = innermost;
    if (inner != this) {
      throw new IllegalStateException(
          String.format(
              "Scope \"%s\" was closed while \"%s\" inside it is open.",
              reason, inner == null ? "" : inner.reason));
    }
    closed = true;
    innermost = parent;
    Torch.GATE.enter();
    try {
      for (Tensor tensor : tensors) {
        tensor.free();
      }
    } finally {
      Torch.GATE.leave();
    }
    LIVE.addAndGet(-tensors.size());
    tensors.clear();
  }

  /** A new tensor comes under this scope. */
  Tensor adopt(org.bytedeco.pytorch.Tensor raw) {
    Tensor tensor = new Tensor(raw, this);
    LIVE.incrementAndGet();
    hold(tensor);
    return tensor;
  }

  /** One tensor is freed early. */
  void release(Tensor tensor) {
    forget(tensor);
    tensor.free();
    LIVE.decrementAndGet();
  }

  Thread owner() {
    return owner;
  }

  static IllegalStateException wrongThread(String what, Thread owner) {
    return new IllegalStateException(
        String.format(
            "%s belongs to thread %s and was used from %s: tensors stay on one thread.",
            what, owner.getName(), Thread.currentThread()));
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("Scope \"" + reason + "\" is closed already.");
    }
  }

  private void hold(Tensor tensor) {
    tensor.placeIn(this, tensors.size());
    tensors.add(tensor);
  }

  private void forget(Tensor tensor) {
    Tensor last = tensors.removeLast();
    if (last != tensor) {
      tensors.set(tensor.slot(), last);
      last.placeIn(this, tensor.slot());
    }
  }
}
