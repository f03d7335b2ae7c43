package io.zaohua.model.hub;

import io.zaohua.model.Message;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A hub double, an empty cache and an impatient client. */
class HubFixture {
  static final String GGUF = "model-Q4_K_M.gguf";
  static final String NAME = "hf:" + HubDouble.REPOSITORY;
  static final byte[] CONTENT = HubDouble.bytes(300_000, 1);
  static final Patience IMPATIENT =
      new Patience(
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofMillis(200),
          4,
          Duration.ofMillis(1),
          Duration.ofMillis(4));

  @TempDir Path home;
  HubDouble hub;
  final Notes notes = new Notes();

  /** Keeps what it hears. */
  static final class Notes implements PullListener {
    final List<String> notes = new CopyOnWriteArrayList<>();
    final List<Long> done = new CopyOnWriteArrayList<>();

    @Override
    public void note(Message message) {
      notes.add(message.english());
    }

    @Override
    public void progress(String file, long bytes, long total) {
      done.add(bytes);
    }
  }

  @BeforeEach
  void open() throws IOException {
    hub = new HubDouble().with(GGUF, CONTENT);
  }

  @AfterEach
  void close() {
    hub.close();
  }

  HubSettings settings() {
    return new HubSettings(
        hub.uri(),
        hub.uri(),
        Optional.of(new HubToken("secret")),
        home.resolve("hub"),
        home.resolve("own"),
        false,
        List.of(),
        IMPATIENT,
        DiskSpace.REAL);
  }

  HubSettings settings(URI endpoint, boolean offline, DiskSpace space) {
    return new HubSettings(
        endpoint,
        endpoint,
        Optional.empty(),
        home.resolve("hub"),
        home.resolve("own"),
        offline,
        List.of(),
        IMPATIENT,
        space);
  }

  Hub client() {
    return client(settings());
  }

  Hub client(HubSettings settings) {
    return new Hub(settings, Catalogue.shipped());
  }

  CachedRepository cache() {
    return new CachedRepository(home.resolve("hub"), HubDouble.REPOSITORY);
  }

  Path blob() {
    return cache().blob(HubDouble.sha256(CONTENT));
  }

  Path partial() {
    return cache().partial(HubDouble.sha256(CONTENT));
  }

  /** An address where nothing listens. */
  static URI nowhere() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
  }
}
