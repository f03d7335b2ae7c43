package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HubCacheTest extends HubFixture {
  @Test
  void findsOffline() {
    Path pulled = client().resolve(NAME);
    assertThat(client(settings(hub.uri(), true, DiskSpace.REAL)).resolve(NAME)).isEqualTo(pulled);
  }

  @Test
  void asksNobodyOffline() {
    Hub offline = client(settings(hub.uri(), true, DiskSpace.REAL));
    catchThrowableOfType(UserError.class, () -> offline.pull(NAME, notes));
    assertThat(hub.seen).isEmpty();
  }

  @Test
  void saysOffline() {
    Hub offline = client(settings(hub.uri(), true, DiskSpace.REAL));
    UserError error = catchThrowableOfType(UserError.class, () -> offline.resolve(NAME));
    assertThat(error.getMessage()).contains("HF_HUB_OFFLINE");
  }

  @Test
  void keepsTheCopyWhenTheHubIsGone() throws Exception {
    Path pulled = client().resolve(NAME);
    Hub cut = client(settings(nowhere(), false, DiskSpace.REAL));
    assertThat(cut.pull(NAME, notes)).isEqualTo(pulled);
  }

  @Test
  void triesADeadHubOnce() throws Exception {
    Hub cut = client(settings(nowhere(), false, DiskSpace.REAL));
    catchThrowableOfType(UserError.class, () -> cut.resolve(NAME, notes));
    assertThat(notes.notes).isEmpty();
  }

  @Test
  void tellsOfTheNextSource() throws Exception {
    Hub cut = client(settings(nowhere(), false, DiskSpace.REAL));
    catchThrowableOfType(UserError.class, () -> cut.resolve("qwen3:0.6b", notes));
    assertThat(notes.notes.getLast()).contains("cannot be reached").endsWith("Trying ModelScope.");
  }

  @Test
  void listsWithSizeAndLicence() {
    hub.with("README.md", "---\nlicense: mit\n---\n".getBytes(StandardCharsets.UTF_8));
    Path path = client().resolve(NAME);
    assertThat(client().list())
        .containsExactly(
            new CachedModel(NAME + ":" + GGUF, path, CONTENT.length, Optional.of("mit")));
  }

  @Test
  void listsNothingOfAnEmptyCache() {
    assertThat(client().list()).isEmpty();
  }

  @Test
  void listedNamesResolve() {
    Path path = client().resolve(NAME);
    assertThat(client().resolve(client().list().getFirst().name())).isEqualTo(path);
  }

  @Test
  void plansWithoutTouching() {
    Path path = client().resolve(NAME);
    assertThat(client().planRemoval(NAME).bytes())
        .isBetween((long) CONTENT.length, CONTENT.length + 100L);
    assertThat(path).exists();
  }

  @Test
  void removesAll() {
    client().resolve(NAME);
    client().remove(client().planRemoval(NAME));
    assertThat(cache().folder()).doesNotExist();
  }

  @Test
  void removesOneFileAndKeepsTheOther() {
    hub.with("model-Q8_0.gguf", HubDouble.bytes(50_000, 4));
    Path kept = client().resolve(NAME + ":model-Q8_0.gguf");
    client().resolve(NAME + ":" + GGUF);
    client().remove(client().planRemoval(NAME + ":" + GGUF));
    assertThat(blob()).doesNotExist();
    assertThat(kept).exists();
  }

  @Test
  void keepsABlobThatAnotherSnapshotNeeds() {
    client().resolve(NAME);
    cache().link("f".repeat(40), GGUF, blob());
    client().remove(client().planRemoval(NAME + "@main"));
    assertThat(blob()).exists();
  }

  @Test
  void leavesNoRefWithoutItsSnapshot() {
    keepsABlobThatAnotherSnapshotNeeds();
    assertThat(cache().folder().resolve("refs/main")).doesNotExist();
  }

  @Test
  void refusesToRemoveAPath() throws Exception {
    Path own = Files.writeString(home.resolve("own.gguf"), "mine");
    UserError error =
        catchThrowableOfType(UserError.class, () -> client().planRemoval(own.toString()));
    assertThat(error.kind()).isEqualTo(UserError.Kind.USAGE);
  }

  @Test
  void saysThatThereIsNothingToRemove() {
    UserError error = catchThrowableOfType(UserError.class, () -> client().planRemoval(NAME));
    assertThat(error.kind()).isEqualTo(UserError.Kind.NOT_FOUND);
  }

  @Test
  void takesAHalfPulledCheckpointForMissing() throws Exception {
    Path snapshot = Files.createDirectories(cache().snapshot(HubDouble.COMMIT));
    for (String file : List.of("config.json", "model-00001-of-00002.safetensors")) {
      Files.writeString(snapshot.resolve(file), "{}");
    }
    cache().writeRef("main", HubDouble.COMMIT);
    assertThat(client().find(NAME)).isEmpty();
  }
}
