package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HubRefusalTest extends HubFixture {
  private UserError failure(String name) {
    return catchThrowableOfType(UserError.class, () -> client().resolve(name, notes));
  }

  private String message(int status, String code) {
    hub.listStatus = status;
    hub.errorCode = code;
    return failure(NAME).getMessage();
  }

  @Test
  void unknownOrPrivate() {
    assertThat(message(401, "RepoNotFound")).contains("does not exist or is private");
  }

  @Test
  void gatedSaysWhereToAccept() {
    assertThat(message(403, "GatedRepo")).contains(hub.uri() + "/maker/model").contains("HF_TOKEN");
  }

  @Test
  void forbidden() {
    assertThat(message(403, "")).contains("may not read maker/model");
  }

  @Test
  void notFound() {
    hub.listStatus = 404;
    assertThat(failure(NAME).kind()).isEqualTo(UserError.Kind.NOT_FOUND);
  }

  @Test
  void tooManyRequests() {
    assertThat(message(429, "")).contains("fewer requests (429)");
  }

  @Test
  void faultOfTheHub() {
    assertThat(message(503, "")).contains("fault of its own (503)");
  }

  @Test
  void triesAFaultyHubAgain() {
    assertThat(message(500, "")).isNotEmpty();
    assertThat(hub.seen).hasSize(IMPATIENT.tries());
  }

  @Test
  void doesNotTryARefusalAgain() {
    assertThat(message(404, "")).isNotEmpty();
    assertThat(hub.seen).hasSize(1);
  }

  @Test
  void recoversWhenTheHubDoes() {
    hub.trick =
        (exchange, _, request) -> {
          if (request == 1) {
            HubDouble.status(exchange, 503);
          }
          return request == 1;
        };
    assertThat(client().resolve(NAME)).exists();
  }

  @Test
  void namesTheFilesThatAreThere() {
    assertThat(failure(NAME + ":other.gguf").getMessage()).contains(GGUF);
  }

  @Test
  void refusesAFileNameThatLeavesTheCache() {
    hub.with("../../evil.gguf", CONTENT);
    assertThat(failure(NAME).getMessage()).contains("could leave the cache folder");
  }

  @Test
  void refusesARepositoryWithoutWeights() {
    hub.files.clear();
    hub.with("README.md", "words".getBytes(StandardCharsets.UTF_8));
    assertThat(failure(NAME).kind()).isEqualTo(UserError.Kind.UNSUPPORTED);
  }

  @Test
  void followsNoEndlessRedirect() {
    hub.trick =
        (exchange, _, _) -> {
          exchange.getResponseHeaders().set("Location", exchange.getRequestURI().toString());
          HubDouble.status(exchange, 302);
          return true;
        };
    assertThat(failure(NAME).getMessage()).contains("redirects");
  }

  @Test
  void refusesARedirectToAFile() {
    hub.trick =
        (exchange, _, _) -> {
          exchange.getResponseHeaders().set("Location", "file:///etc/passwd");
          HubDouble.status(exchange, 302);
          return true;
        };
    assertThat(failure(NAME).getMessage()).contains("address that is none");
  }
}
