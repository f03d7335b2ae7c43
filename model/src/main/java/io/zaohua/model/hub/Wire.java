package io.zaohua.model.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * HTTP to one hub: redirects followed by hand so that the token never reaches another origin, and a
 * watch on answers that stop coming.
 */
final class Wire implements AutoCloseable {
  private static final int MOST_REDIRECTS = 10;

  private final URI origin;
  private final Optional<HubToken> token;
  private final Patience patience;
  private final HttpClient client;

  Wire(URI origin, Optional<HubToken> token, Patience patience) {
    this.origin = origin;
    this.token = token;
    this.patience = patience;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience.connect())
            .build();
  }

  /**
   * An answer.
   *
   * @param hub headers of the last answer that came from the hub itself, where its tags stand
   * @param headers headers of the answer that carries {@code body}
   * @param direct whether the body comes from the hub itself, not from where it sent us
   */
  record Reply(int status, HttpHeaders hub, HttpHeaders headers, boolean direct, InputStream body)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  Reply get(URI uri, long from) throws IOException, InterruptedException {
    return send("GET", uri, from);
  }

  /** Follows no redirect to another origin: its headers would be those of a storage host. */
  Reply head(URI uri) throws IOException, InterruptedException {
    return send("HEAD", uri, 0);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private Reply send(String method, URI start, long from) throws IOException, InterruptedException {
    URI uri = start;
    Optional<HttpHeaders> hub = Optional.empty();
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      HttpResponse<InputStream> response = client.send(request(method, uri, from), body());
      boolean own = isOrigin(uri);
      HttpHeaders headers = response.headers();
      if (own) {
        hub = Optional.of(headers);
      }
      Optional<String> location = headers.firstValue("Location");
      boolean redirect = isRedirect(response.statusCode()) && location.isPresent();
      URI next = redirect ? follow(uri, location.orElseThrow()) : uri;
      if (!redirect || (method.equals("HEAD") && !isOrigin(next))) {
        return new Reply(
            redirect ? 200 : response.statusCode(),
            hub.orElse(headers),
            headers,
            own,
            response.body());
      }
      response.body().close();
      uri = next;
    }
    throw new IOException("more than " + MOST_REDIRECTS + " redirects");
  }

  private HttpRequest request(String method, URI uri, long from) {
    var request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(patience.answer())
            .header("User-Agent", "zaohua")
            .header("Accept-Encoding", "identity");
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (isOrigin(uri)) {
      token.ifPresent(t -> request.header("Authorization", "Bearer " + t.secret()));
    }
    return request.build();
  }

  private HttpResponse.BodyHandler<InputStream> body() {
    return _ ->
        HttpResponse.BodySubscribers.mapping(
            HttpResponse.BodySubscribers.ofInputStream(),
            stream -> new Watched(stream, patience.stall()));
  }

  private static URI follow(URI from, String location) throws IOException {
    URI next;
    try {
      next = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new IOException("redirect to an address that is none", e);
    }
    String scheme = next.getScheme();
    boolean port = next.getPort() <= HubSettings.LAST_PORT;
    if (!port || next.getHost() == null || !("https".equals(scheme) || "http".equals(scheme))) {
      throw new IOException("redirect to an address that is none");
    }
    if (from.getScheme().equals("https") && scheme.equals("http")) {
      throw new IOException("redirect from https to http");
    }
    return next;
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private boolean isOrigin(URI uri) {
    return uri.getScheme().equals(origin.getScheme())
        && uri.getHost().equalsIgnoreCase(origin.getHost())
        && port(uri) == port(origin);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
  }

  /** Closes the stream when no byte came for a while; the reader then gets an IOException. */
  private static final class Watched extends FilterInputStream {
    private final Thread watch;
    private volatile long last = System.nanoTime();
    private volatile boolean reading;

    Watched(InputStream in, Duration stall) {
      super(in);
      watch = Thread.ofVirtual().unstarted(() -> guard(stall));
      watch.start();
    }

    @SuppressWarnings("BusyWait")
    private void guard(Duration stall) {
      try {
        while (true) {
          Thread.sleep(Math.max(5, stall.toMillis() / 4));
          if (reading && System.nanoTime() - last > stall.toNanos()) {
            in.close();
            return;
          }
        }
      } catch (InterruptedException | IOException _) {
        // the stream is done, or closed already
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      last = System.nanoTime();
      reading = true;
      try {
        return super.read(bytes, offset, length);
      } finally {
        reading = false;
      }
    }

    @Override
    public void close() throws IOException {
      watch.interrupt();
      super.close();
    }
  }
}
