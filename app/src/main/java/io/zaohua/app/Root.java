package io.zaohua.app;

import io.zaohua.model.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command above all commands: help and version. */
@Command(
    name = "zaohua",
    description =
        "Runs and trains generative models on the JVM: text from GGUF and safetensors checkpoints.")
final class Root {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and end.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and end.")
  boolean version;

  /** Name and version, as {@code --version} prints them. */
  static String version() {
    return "zaohua " + Version.current();
  }
}
