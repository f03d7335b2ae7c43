package io.zaohua.tensor;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a tensor lies.
 *
 * @param kind the sort of device
 * @param index which one of its sort, from 0; always 0 for {@link Kind#CPU} and {@link Kind#MPS}
 */
public record Device(Kind kind, int index) {
  /** Sorts of devices. CUDA and MPS have not been tried on real hardware yet. */
  public enum Kind {
    CPU,
    CUDA,
    MPS
  }

  public static final Device CPU = new Device(Kind.CPU, 0);
  private static final Pattern NAME = Pattern.compile("(cpu|mps|cuda)(?::(\\d{1,2}))?");

  public Device {
    if (index < 0 || index > 99 || (kind != Kind.CUDA && index != 0)) {
      throw new IllegalArgumentException(
          "Device " + kind + " with index " + index + ": only CUDA has indices, from 0 to 99.");
    }
  }

  /** Reads {@code cpu}, {@code mps}, {@code cuda} or {@code cuda:1}. */
  public static Device parse(String name) {
    Matcher match = NAME.matcher(name.toLowerCase(Locale.ROOT));
    if (!match.matches()) {
      throw new IllegalArgumentException(
          "Device \"" + name + "\" is unknown: expected cpu, mps, cuda or cuda:N.");
    }
    String index = match.group(2);
    Kind kind = Kind.valueOf(match.group(1).toUpperCase(Locale.ROOT));
    return new Device(kind, index == null ? 0 : Integer.parseInt(index));
  }

  /** Whether tensors can be made there, on this machine and with the native parts loaded. */
  public boolean isAvailable() {
    return switch (kind) {
      case CPU -> true;
      case CUDA -> index < Torch.cudaDevices();
      case MPS -> Torch.hasMps();
    };
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CUDA ? name + ":" + index : name;
  }
}
