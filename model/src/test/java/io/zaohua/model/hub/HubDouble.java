package io.zaohua.model.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A hub on loopback that serves one repository, {@code maker/model}, and misbehaves on request. */
final class HubDouble implements AutoCloseable {
  static final String REPOSITORY = "maker/model";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** What the double does with a request for a file instead of serving it; false to serve it. */
  interface Trick {
    boolean plays(HttpExchange exchange, byte[] content, int request) throws IOException;
  }

  /** A request as it came. */
  record Seen(String method, String path, Optional<String> range, Optional<String> token) {}

  final Map<String, byte[]> files = new ConcurrentHashMap<>();
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  volatile Trick trick = (_, _, _) -> false;
  volatile int listStatus = 200;
  volatile String errorCode = "";
  volatile long sizeLie = 0;
  volatile boolean lfs = true;
  volatile boolean bare = false;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  HubDouble() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/api/models/" + REPOSITORY + "/revision/", this::list);
    server.createContext("/" + REPOSITORY + "/resolve/", this::file);
    server.createContext("/api/v1/models/" + REPOSITORY + "/repo", this::modelScope);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  HubDouble with(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /** Bytes without a pattern that a short read could hide in. */
  static byte[] bytes(int count, int seed) {
    byte[] bytes = new byte[count];
    new java.util.Random(seed).nextBytes(bytes);
    return bytes;
  }

  long fileRequests() {
    return seen.stream()
        .filter(s -> s.method().equals("GET") && s.path().contains("/resolve/"))
        .count();
  }

  private void note(HttpExchange exchange) {
    seen.add(
        new Seen(
            exchange.getRequestMethod(),
            exchange.getRequestURI().getPath(),
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")),
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))));
  }

  private void list(HttpExchange exchange) throws IOException {
    note(exchange);
    if (listStatus != 200) {
      exchange.getResponseHeaders().set("X-Error-Code", errorCode);
      exchange.sendResponseHeaders(listStatus, -1);
      exchange.close();
      return;
    }
    var siblings = new StringBuilder();
    files.forEach(
        (path, content) -> {
          siblings.append(siblings.isEmpty() ? "" : ",").append("{\"rfilename\":\"").append(path);
          siblings.append('"');
          if (!bare) {
            siblings.append(",\"size\":").append(content.length + sizeLie);
            siblings.append(",\"blobId\":\"").append(gitSha1(content)).append('"');
            if (lfs) {
              siblings.append(",\"lfs\":{\"sha256\":\"").append(sha256(content)).append("\"}");
            }
          }
          siblings.append('}');
        });
    answer(
        exchange,
        "{\"sha\":\""
            + COMMIT
            + "\",\"cardData\":{\"license\":\"mit\"},\"siblings\":["
            + siblings
            + "]}");
  }

  private void modelScope(HttpExchange exchange) throws IOException {
    note(exchange);
    String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
    if (!exchange.getRequestURI().getPath().endsWith("/files")) {
      byte[] content = files.get(query.replaceFirst(".*FilePath=", ""));
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
      exchange.close();
      return;
    }
    var listed = new StringBuilder();
    files.forEach(
        (path, content) ->
            listed.append(
                "%s{\"Path\":\"%s\",\"Type\":\"blob\",\"Size\":%d,\"Sha256\":\"%s\"}"
                    .formatted(
                        listed.isEmpty() ? "" : ",", path, content.length, sha256(content))));
    answer(exchange, "{\"Code\":200,\"Data\":{\"Files\":[" + listed + "]}}");
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void file(HttpExchange exchange) throws IOException {
    note(exchange);
    String path = exchange.getRequestURI().getPath().replaceFirst(".*/resolve/[^/]+/", "");
    byte[] content = files.get(path);
    if (!trick.plays(exchange, content, (int) fileRequests())) {
      serve(exchange, content);
    }
    exchange.close();
  }

  /** The honest answer, ranges included. */
  void serve(HttpExchange exchange, byte[] content) throws IOException {
    exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
    exchange
        .getResponseHeaders()
        .set("ETag", '"' + (lfs ? sha256(content) : gitSha1(content)) + '"');
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + content.length);
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (from > 0 && from >= content.length) {
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
    exchange.getResponseBody().write(Arrays.copyOfRange(content, from, content.length));
  }

  /** Promises all and breaks the connection after {@code count} bytes. */
  static void breakAfter(HttpExchange exchange, byte[] content, int count) throws IOException {
    exchange.sendResponseHeaders(200, content.length);
    exchange.getResponseBody().write(content, 0, count);
    exchange.getResponseBody().flush();
    exchange.close();
  }

  static void status(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
  }

  static String sha256(byte[] content) {
    return hex("SHA-256", content);
  }

  static String gitSha1(byte[] content) {
    byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
