package io.zaohua.model.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HubFaultTest extends HubFixture {
  private UserError failure() {
    return failure(client());
  }

  private UserError failure(Hub client) {
    return catchThrowableOfType(UserError.class, () -> client.resolve(NAME, notes));
  }

  private void breakFirst() {
    hub.trick =
        (exchange, content, request) -> {
          if (request == 1) {
            HubDouble.breakAfter(exchange, content, 100_000);
          }
          return request == 1;
        };
  }

  @Test
  void goesOnWhereTheConnectionBroke() throws Exception {
    breakFirst();
    client().resolve(NAME);
    assertThat(hub.seen.getLast().range()).isPresent();
  }

  @Test
  void joinsThePartsToTheWholeFile() throws Exception {
    breakFirst();
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(CONTENT);
  }

  @Test
  void goesOnWithWhatAnEarlierRunLeft() throws Exception {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), Arrays.copyOf(CONTENT, 123_456));
    client().resolve(NAME);
    assertThat(hub.seen.getLast().range()).isEqualTo(Optional.of("bytes=123456-"));
  }

  @Test
  void startsAnewWhenTheLeftoverIsWrong() throws Exception {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[5_000]);
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(CONTENT);
  }

  @Test
  void startsAnewWhenTheLeftoverIsTooLong() throws Exception {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[CONTENT.length + 1]);
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(CONTENT);
  }

  @Test
  void acceptsAHubThatKnowsNoRanges() throws Exception {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), Arrays.copyOf(CONTENT, 1_000));
    hub.trick =
        (exchange, content, _) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
          return true;
        };
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(CONTENT);
  }

  @Test
  void keepsTheStartOfADownloadThatNeverEnds() throws Exception {
    hub.trick =
        (exchange, content, request) -> {
          if (request == 1) {
            HubDouble.breakAfter(exchange, content, 100_000);
          } else {
            HubDouble.status(exchange, 500);
          }
          return true;
        };
    assertThat(failure().kind()).isEqualTo(UserError.Kind.IO);
    assertThat(partial()).isNotEmptyFile();
  }

  @Test
  void refusesMoreBytesThanListed() {
    hub.sizeLie = -10;
    hub.lfs = false;
    assertThat(failure().getMessage()).contains("lists").contains("299990");
  }

  @Test
  void refusesAStreamThatDoesNotEnd() {
    hub.trick =
        (exchange, _, _) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(new byte[CONTENT.length + 1]);
          return true;
        };
    assertThat(failure().getMessage()).contains("lists").contains("sends");
  }

  @Test
  void refusesFewerBytesThanListed() {
    hub.sizeLie = 10;
    assertThat(failure().getMessage()).contains("broke again and again");
  }

  @Test
  void refusesWrongBytes() {
    hub.trick =
        (exchange, content, _) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(HubDouble.bytes(content.length, 2));
          return true;
        };
    assertThat(failure().getMessage()).contains("another hash");
  }

  @Test
  void keepsNothingOfWrongBytes() {
    refusesWrongBytes();
    assertThat(cache().folder().resolve("blobs")).isEmptyDirectory();
  }

  @Test
  void takesTheNewFileWhenItChangesBetweenAttempts() throws Exception {
    byte[] changed = HubDouble.bytes(200_000, 3);
    hub.trick =
        (exchange, content, request) -> {
          if (request == 1) {
            HubDouble.breakAfter(exchange, content, 50_000);
            hub.with(GGUF, changed);
          }
          return request == 1;
        };
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(changed);
  }

  @Test
  void takesASilentConnectionForBroken() throws Exception {
    var end = new CountDownLatch(1);
    hub.trick =
        (exchange, content, request) -> {
          if (request == 1) {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 10);
            exchange.getResponseBody().flush();
            await(end);
          }
          return request == 1;
        };
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(CONTENT);
    end.countDown();
  }

  @Test
  void waitsForASlowHub() throws Exception {
    hub.trick =
        (exchange, content, _) -> {
          exchange.sendResponseHeaders(200, content.length);
          for (int at = 0; at < content.length; at += 60_000) {
            exchange.getResponseBody().write(content, at, 60_000);
            exchange.getResponseBody().flush();
            await(new CountDownLatch(1), 40);
          }
          return true;
        };
    assertThat(Files.readAllBytes(client().resolve(NAME))).isEqualTo(CONTENT);
  }

  @Test
  void stopsAtAnInterrupt() throws Exception {
    var begun = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    hub.trick =
        (exchange, content, _) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 100_000);
          exchange.getResponseBody().flush();
          begun.countDown();
          await(end);
          return true;
        };
    var error = new CompletableFuture<UserError>();
    Thread pull = Thread.ofPlatform().start(() -> error.complete(failure()));
    begun.await();
    pull.interrupt();
    assertThat(error.get().kind()).isEqualTo(UserError.Kind.INTERRUPTED);
    end.countDown();
  }

  @Test
  void saysThatTheCacheCannotBeWritten() throws Exception {
    Files.writeString(home.resolve("hub"), "a file where the cache should be");
    assertThat(failure().getMessage()).contains("cannot be written").contains("HF_HOME");
  }

  @Test
  void asksForSpaceBeforeTheFirstByte() {
    UserError error = failure(client(settings(hub.uri(), false, _ -> 1_000)));
    assertThat(error.kind()).isEqualTo(UserError.Kind.CAPACITY);
    assertThat(hub.fileRequests()).isZero();
  }

  @Test
  void saysThatTheDiskIsFull() throws Exception {
    Files.createDirectories(partial().getParent());
    Files.createSymbolicLink(partial(), Path.of("/dev/full"));
    assertThat(failure().getMessage()).contains("is full");
  }

  @Test
  void neverShowsAnUnfinishedFile() throws Exception {
    keepsTheStartOfADownloadThatNeverEnds();
    assertThat(blob()).doesNotExist();
  }

  private static void await(CountDownLatch latch) throws IOException {
    await(latch, 5_000);
  }

  private static void await(CountDownLatch latch, long millis) throws IOException {
    try {
      var _ = latch.await(millis, java.util.concurrent.TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
