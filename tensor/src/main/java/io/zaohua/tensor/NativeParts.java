package io.zaohua.tensor;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.List;
import java.util.Locale;

/**
 * The native parts that gradients need: whether libtorch has a build for a platform, and which jars
 * hold it. Asking loads nothing.
 *
 * @param os the operating system as the JVM names it ({@code os.name})
 * @param arch the processor as the JVM names it ({@code os.arch})
 */
public record NativeParts(String os, String arch) {
  private static final String PYTORCH = "org.bytedeco:pytorch:2.10.0-1.5.13";
  private static final String OPENBLAS = "org.bytedeco:openblas:0.3.31-1.5.13";
  private static final String MKL = "org.bytedeco:mkl:2025.3-1.5.13";
  private static final String JAVACPP = "org.bytedeco:javacpp:1.5.13";

  /** The version of libtorch. */
  public static String version() {
    return PYTORCH.substring(PYTORCH.lastIndexOf(':') + 1);
  }

  /** The machine this JVM runs on. */
  public static NativeParts here() {
    return new NativeParts(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /** The platform as JavaCPP names it, such as {@code linux-x86_64}. */
  public String platform() {
    String name = os.toLowerCase(Locale.ROOT);
    String system =
        name.startsWith("windows") ? "windows" : name.startsWith("mac") ? "macosx" : name;
    return system
        + "-"
        + switch (arch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm64";
          default -> arch;
        };
  }

  /** Whether libtorch has a build for the platform. */
  public boolean exist() {
    return switch (platform()) {
      case "linux-x86_64", "windows-x86_64", "macosx-arm64" -> true;
      default -> false;
    };
  }

  /**
   * The jars to fetch, as Maven coordinates {@code group:artifact:version:classifier}; 290 MB on
   * Linux and Windows, with MKL because OpenBLAS and OpenMP fight over the cores, 60 MB on macOS.
   */
  public List<String> artifacts() {
    require();
    String own = ":" + platform();
    return hasMkl()
        ? List.of(JAVACPP + own, OPENBLAS + own, PYTORCH + own, MKL + own + "-redist")
        : List.of(JAVACPP + own, OPENBLAS + own, PYTORCH + own);
  }

  /** One sentence where libtorch has no build; else nothing happens. */
  public void require() {
    if (!exist()) {
      throw new UserError(
          UserError.Kind.UNSUPPORTED,
          Message.of(
              "Training needs libtorch, which has no build for %s.",
              "训练需要 libtorch,而它没有适用于 %s 的版本。", platform()),
          Message.of(
              "Train on Linux or Windows on x86-64 or on macOS on ARM; all other commands work here.",
              "请在 x86-64 的 Linux 或 Windows、或 ARM 的 macOS 上训练;其他命令在此均可使用。"));
    }
  }

  /** As {@link #require()}, and the jars must be on the class path. */
  public void requireOnClassPath() {
    require();
    if (!areOnClassPath()) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of(
              "The native parts of libtorch for %s are not on the class path.",
              "类路径上没有适用于 %s 的 libtorch 本地库。", platform()),
          Message.of(
              "Add these Maven artifacts: %s.",
              "请加入以下 Maven 构件:%s。", String.join(", ", artifacts())));
    }
  }

  /** Whether the jars of {@link #artifacts()} can be seen. */
  public boolean areOnClassPath() {
    return exist() && has("pytorch") && has("openblas") && (!hasMkl() || has("mkl"));
  }

  boolean hasMkl() {
    return platform().endsWith("x86_64");
  }

  private boolean has(String artifact) {
    ClassLoader loader = NativeParts.class.getClassLoader();
    String folder = "org/bytedeco/" + artifact + "/" + platform() + "/";
    String library =
        switch (artifact) {
          case "pytorch" -> "jnitorch";
          case "openblas" -> "jniopenblas";
          default -> "mkl_rt";
        };
    return List.of(
            "lib" + library + ".so",
            "lib" + library + ".so.2",
            "lib" + library + ".dylib",
            library + ".dll",
            library + ".2.dll")
        .stream()
        .anyMatch(file -> loader.getResource(folder + file) != null);
  }
}
