package io.zaohua.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.model.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NativePartsTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64, true",
    "Linux, aarch64, linux-arm64, false",
    "Mac OS X, aarch64, macosx-arm64, true",
    "Mac OS X, x86_64, macosx-x86_64, false",
    "Windows 11, amd64, windows-x86_64, true",
    "Linux, riscv64, linux-riscv64, false",
  })
  void platformsAreNamedAsJavaCppNamesThem(String os, String arch, String name, boolean exists) {
    NativeParts parts = new NativeParts(os, arch);
    assertThat(parts.platform()).isEqualTo(name);
    assertThat(parts.exist()).isEqualTo(exists);
  }

  @Test
  void linuxOnArmIsToldInOneSentence() {
    assertThatThrownBy(() -> new NativeParts("Linux", "aarch64").require())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no build for linux-arm64")
        .hasMessageContaining("all other commands work");
  }

  @Test
  void partsOfAnotherPlatformAreNamedAsWhatIsMissing() {
    assertThatThrownBy(() -> new NativeParts("Windows 11", "amd64").requireOnClassPath())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("org.bytedeco:pytorch:2.10.0-1.5.13:windows-x86_64");
  }

  @Test
  void theBuildBringsThePartsOfThisMachine() {
    assertThat(NativeParts.here().areOnClassPath()).isEqualTo(NativeParts.here().exist());
  }
}
