package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {
  @TempDir Path home;

  private HubSettings of(String... pairs) {
    var environment = new java.util.HashMap<String, String>();
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return HubSettings.of(Map.copyOf(environment), home);
  }

  @Test
  void sharesPythonsCache() {
    assertThat(of().hubCache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
  }

  @Test
  void honoursXdgCacheHome() {
    assertThat(of("XDG_CACHE_HOME", "/x").hubCache()).isEqualTo(Path.of("/x/huggingface/hub"));
  }

  @Test
  void honoursHfHome() {
    assertThat(of("HF_HOME", "~/hf").hubCache()).isEqualTo(home.resolve("hf/hub"));
  }

  @Test
  void hubCacheWins() {
    assertThat(of("HF_HOME", "/x", "HF_HUB_CACHE", "/y").hubCache()).isEqualTo(Path.of("/y"));
  }

  @Test
  void honoursTheEndpoint() {
    assertThat(of("HF_ENDPOINT", "http://127.0.0.1:9/").endpoint())
        .isEqualTo(URI.create("http://127.0.0.1:9"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mirror", "file:///etc", "http://", "http://a b", "http://a:70000"})
  void refusesAnEndpointThatIsNone(String address) {
    UserError error =
        catchThrowableOfType(UserError.class, () -> of("MODELSCOPE_ENDPOINT", address));
    assertThat(error.getMessage()).contains("MODELSCOPE_ENDPOINT");
  }

  @Test
  void honoursOffline() {
    assertThat(of("HF_HUB_OFFLINE", "yes").offline()).isTrue();
  }

  @Test
  void isOnlineAtZero() {
    assertThat(of("HF_HUB_OFFLINE", "0").offline()).isFalse();
  }

  @Test
  void readsTheTokenFile() throws Exception {
    Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(home.resolve(".cache/huggingface/token"), "abc\n");
    assertThat(of().token()).contains(new HubToken("abc"));
  }

  @Test
  void theTokenVariableWins() throws Exception {
    readsTheTokenFile();
    assertThat(of("HF_TOKEN", "def").token()).contains(new HubToken("def"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"se\ncret", "se cret", "secret天"})
  void aTokenThatNoHeaderCanCarryIsRefusedWithoutShowingIt(String token) {
    assertThatThrownBy(() -> of("HF_TOKEN", token))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("HF_TOKEN")
        .hasMessageNotContaining("cret");
  }

  @Test
  void neverPrintsTheToken() {
    assertThat(of("HF_TOKEN", "def").toString()).doesNotContain("def");
  }

  @Test
  void findsPipOnThePath() throws Exception {
    Path pip = Files.writeString(home.resolve("pip"), "#!/bin/sh\n");
    assertThat(pip.toFile().setExecutable(true)).isTrue();
    assertThat(of("PATH", home.toString()).pip()).containsExactly(pip.toString());
  }
}
