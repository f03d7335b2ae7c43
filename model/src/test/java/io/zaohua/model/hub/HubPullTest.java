package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HubPullTest extends HubFixture {
  @Test
  void givesTheFilesBytes() throws Exception {
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(CONTENT);
  }

  @Test
  void namesTheBlobByItsHash() {
    client().resolve(NAME);
    assertThat(blob()).isRegularFile();
  }

  @Test
  void pointsToTheBlobByARelativeLink() throws Exception {
    Path pointer = client().resolve(NAME);
    assertThat(Files.readSymbolicLink(pointer))
        .isEqualTo(Path.of("../../blobs", HubDouble.sha256(CONTENT)));
  }

  @Test
  void notesTheCommitOfTheBranch() {
    client().resolve(NAME);
    assertThat(cache().folder().resolve("refs/main")).hasContent(HubDouble.COMMIT);
  }

  @Test
  void checksSmallFilesByGitsHash() throws Exception {
    hub.lfs = false;
    client().resolve(NAME);
    assertThat(cache().blob(HubDouble.gitSha1(CONTENT))).isRegularFile();
  }

  @Test
  void asksForWhatABareListingLacks() {
    hub.bare = true;
    client().resolve(NAME);
    assertThat(blob()).isRegularFile();
  }

  @Test
  void takesACheckpointWithoutItsDuplicates() throws Exception {
    hub.files.clear();
    for (String file :
        new String[] {
          "config.json",
          "tokenizer.json",
          "model.safetensors",
          "pytorch_model.bin",
          "onnx/model.onnx",
          "README.md",
          "original/consolidated.00.pth"
        }) {
      hub.with(file, file.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(CachedRepository.files(client().resolve(NAME)))
        .containsExactly("README.md", "config.json", "model.safetensors", "tokenizer.json");
  }

  @Test
  void readsTheCacheWithoutTheNetwork() {
    client().resolve(NAME);
    int before = hub.seen.size();
    client().resolve(NAME);
    assertThat(hub.seen).hasSize(before);
  }

  @Test
  void pullsOnlyWhatIsMissing() {
    client().resolve(NAME);
    client().pull(NAME, notes);
    assertThat(hub.fileRequests()).isEqualTo(1);
  }

  @Test
  void sendsTheTokenToTheHub() {
    client().resolve(NAME);
    assertThat(hub.seen).allMatch(s -> s.token().equals(Optional.of("Bearer secret")));
  }

  @Test
  void neverSendsTheTokenToAnotherPort() throws Exception {
    try (var storage = new HubDouble().with(GGUF, CONTENT)) {
      hub.trick =
          (exchange, content, _) -> {
            exchange
                .getResponseHeaders()
                .set("Location", storage.uri() + exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().set("X-Linked-Etag", HubDouble.sha256(content));
            HubDouble.status(exchange, 302);
            return true;
          };
      client().resolve(NAME);
      assertThat(storage.seen).singleElement().matches(s -> s.token().isEmpty());
    }
  }

  @Test
  void readsModelScope() throws Exception {
    Path file = client().resolve("modelscope:" + HubDouble.REPOSITORY + ":" + GGUF);
    assertThat(Files.readAllBytes(file)).isEqualTo(CONTENT);
  }

  @Test
  void keepsTheTokenFromModelScope() {
    client().resolve("modelscope:" + HubDouble.REPOSITORY);
    assertThat(hub.seen).allMatch(s -> s.token().isEmpty());
  }

  @Test
  void saysTheLicence() {
    client().resolve(NAME, notes);
    assertThat(notes.notes).contains("maker/model: licence mit.");
  }

  @Test
  void endsProgressWithTheWholeFile() {
    client().resolve(NAME, notes);
    assertThat(notes.done.getLast()).isEqualTo(CONTENT.length);
  }

  @Test
  void downloadsOnceForManyAtATime() {
    var pulls =
        IntStream.range(0, 6)
            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> client().resolve(NAME)))
            .toList();
    pulls.forEach(CompletableFuture::join);
    assertThat(hub.fileRequests()).isEqualTo(1);
  }
}
