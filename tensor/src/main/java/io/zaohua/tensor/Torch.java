package io.zaohua.tensor;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** libtorch itself: loaded once with its settings made, called with its failures made sentences. */
final class Torch {
  /** What one native call does. */
  @FunctionalInterface
  interface Call {
    org.bytedeco.pytorch.Tensor run();
  }

  private record Place(DType type, Device device) {}

  private static final Map<Place, TensorOptions> OPTIONS = new ConcurrentHashMap<>();

  /** Longest wait at the end of the process for an operation under way, in seconds. */
  private static final double LAST_OPERATION = 60;

  /** Every thread inside libtorch has come in here. */
  static final Gate GATE = new Gate();

  private static boolean loaded;

  private Torch() {}

  /** Loads libtorch if that has not happened yet: seconds, and once in a process. */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    NativeParts parts = NativeParts.here();
    parts.requireOnClassPath();
    // The garbage collector does not see tensor memory: JavaCPP must not count it against the heap.
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    if (parts.hasMkl()) {
      System.setProperty("org.bytedeco.openblas.load", "mkl_rt");
    }
    Threads.prepareEnvironment();
    try {
      Loader.load(torch.class);
    } catch (UnsatisfiedLinkError e) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "libtorch could not be loaded: %s.",
              "无法加载 libtorch:%s。", firstLine(String.valueOf(e.getMessage()))),
          Message.of(
              "It needs a glibc Linux, Windows or macOS, and room for 1 GB below ~/.javacpp.",
              "它需要带 glibc 的 Linux、Windows 或 macOS,以及 ~/.javacpp 下 1 GB 的空间。"),
          e);
    }
    torch.set_num_interop_threads(1);
    torch.set_num_threads(Threads.count(1));
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> GATE.close(LAST_OPERATION), "libtorch's last operation"));
    loaded = true;
  }

  /** Runs a native call on operands that have been checked, and gives its result to the scope. */
  static Tensor call(String operation, Call work, Tensor... operands) {
    Scope scope = Scope.current();
    for (Tensor operand : operands) {
      operand.checkUsable(operation);
    }
    Check.oneDevice(operation, operands);
    GATE.enter();
    try {
      return scope.adopt(work.run());
    } catch (RuntimeException e) {
      throw failure(operation, e, operands);
    } finally {
      GATE.leave();
    }
  }

  /** What one native call with several results does. */
  @FunctionalInterface
  interface Calls {
    TensorVector run();
  }

  /** As {@link #call} for calls with several results. */
  static List<Tensor> calls(String operation, Calls work, Tensor... operands) {
    Scope scope = Scope.current();
    List<Tensor> results = new ArrayList<>();
    run(
        operation,
        () -> {
          try (TensorVector made = work.run()) {
            for (long i = 0; i < made.size(); i++) {
              results.add(scope.adopt(new org.bytedeco.pytorch.Tensor(made.get(i))));
            }
          }
        },
        operands);
    return results;
  }

  /** As {@link #call} for calls without a tensor as result. */
  static void run(String operation, Runnable work, Tensor... operands) {
    for (Tensor operand : operands) {
      operand.checkUsable(operation);
    }
    GATE.enter();
    try {
      work.run();
    } catch (RuntimeException e) {
      throw failure(operation, e, operands);
    } finally {
      GATE.leave();
    }
  }

  private static RuntimeException failure(
      String operation, RuntimeException e, Tensor... operands) {
    String fact = firstLine(String.valueOf(e.getMessage()));
    if (fact.contains("can't allocate memory") || fact.contains("out of memory")) {
      return new UserError(
          UserError.Kind.CAPACITY,
          Message.of("Memory ran out in %s: %s", "执行 %s 时内存不足:%s", operation, fact),
          Message.of("Use a smaller batch or a shorter context.", "请减小批量或缩短上下文。"),
          e);
    }
    StringBuilder text = new StringBuilder(operation);
    for (Tensor operand : operands) {
      text.append(' ').append(operand.describe());
    }
    return new IllegalArgumentException(text.append(": ").append(fact).toString(), e);
  }

  static String firstLine(String message) {
    int end = message.indexOf('\n');
    String line = end < 0 ? message : message.substring(0, end);
    int trace = line.indexOf("Exception raised from");
    return (trace < 0 ? line : line.substring(0, trace)).strip();
  }

  /** Where and as what a new tensor is made. Kept for good: there are few kinds. */
  static TensorOptions options(DType type, Device device) {
    return OPTIONS.computeIfAbsent(new Place(type, device), Torch::newOptions);
  }

  private static TensorOptions newOptions(Place place) {
    if (!place.device().isAvailable()) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "Device %s is not available to this process.", "本进程无法使用设备 %s。", place.device()),
          Message.of("Use --device cpu.", "请使用 --device cpu。"));
    }
    try (TensorOptions typed = new TensorOptions(place.type().raw());
        org.bytedeco.pytorch.Device device = raw(place.device());
        DeviceOptional optional = new DeviceOptional(device)) {
      return typed.device(optional);
    }
  }

  private static org.bytedeco.pytorch.Device raw(Device device) {
    var kind =
        switch (device.kind()) {
          case CPU -> torch.DeviceType.CPU;
          case CUDA -> torch.DeviceType.CUDA;
          case MPS -> torch.DeviceType.MPS;
        };
    return device.kind() == Device.Kind.CPU
        ? new org.bytedeco.pytorch.Device(kind)
        : new org.bytedeco.pytorch.Device(kind, (byte) device.index());
  }

  static Device deviceOf(org.bytedeco.pytorch.Tensor tensor) {
    if (tensor.is_cpu()) {
      return Device.CPU;
    }
    try (org.bytedeco.pytorch.Device device = tensor.device()) {
      return device.is_mps()
          ? new Device(Device.Kind.MPS, 0)
          : new Device(Device.Kind.CUDA, device.index());
    }
  }

  /** A number as an operand: whole numbers leave integer tensors what they are. */
  static Scalar scalar(double value, Tensor other) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 0x1p53;
    return whole && !other.dtype().isFloat() ? new Scalar((long) value) : new Scalar(value);
  }

  static int cudaDevices() {
    load();
    return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
  }

  static boolean hasMps() {
    load();
    return torch.hasMPS();
  }
}
