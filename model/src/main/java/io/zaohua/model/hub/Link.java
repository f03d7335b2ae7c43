package io.zaohua.model.hub;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;

/**
 * Calls to one hub for one pull: retries what may pass, and says in one sentence what will not. A
 * hub that cannot be reached is given up at once, so that the next source gets its turn.
 */
final class Link implements AutoCloseable {
  private static final int LARGEST_ANSWER = 32 << 20;
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(30);

  private final Site site;
  private final URI endpoint;
  private final Patience patience;
  private final PullListener listener;
  private final Wire wire;

  Link(
      Site site, URI endpoint, Optional<HubToken> token, Patience patience, PullListener listener) {
    this.site = site;
    this.endpoint = endpoint;
    this.patience = patience;
    this.listener = listener;
    this.wire = new Wire(endpoint, token, patience);
  }

  /** An exchange that may be repeated. */
  @FunctionalInterface
  interface Exchange<T> {
    T run() throws IOException, InterruptedException, SourceFailure;
  }

  /** The answer 429 or 5xx: worth another try. */
  static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final long retryAfterMillis;

    Busy(Wire.Reply reply) {
      super("status " + reply.status());
      status = reply.status();
      retryAfterMillis = 1000 * seconds(reply.headers().firstValue("Retry-After").orElse(""));
    }

    private static long seconds(String text) {
      return text.matches("\\d{1,6}") ? Long.parseLong(text) : 0;
    }
  }

  Wire wire() {
    return wire;
  }

  URI endpoint() {
    return endpoint;
  }

  Patience patience() {
    return patience;
  }

  PullListener listener() {
    return listener;
  }

  /** A JSON answer, bounded in size. */
  JsonNode json(String repository, URI uri) throws SourceFailure {
    return patiently(
        repository,
        () -> {
          try (Wire.Reply reply = wire.get(uri, 0)) {
            check(repository, reply);
            byte[] body = reply.body().readNBytes(LARGEST_ANSWER + 1);
            if (body.length > LARGEST_ANSWER) {
              throw odd(repository);
            }
            return new ObjectMapper().readTree(body);
          } catch (JacksonException e) {
            throw odd(repository);
          }
        });
  }

  /** Repeats {@code exchange} while the fault may pass. */
  <T> T patiently(String repository, Exchange<T> exchange) throws SourceFailure {
    for (int attempt = 1; ; attempt++) {
      try {
        return exchange.run();
      } catch (InterruptedException e) {
        throw interrupted(e);
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw interrupted(e);
        }
        if (isUnreachable(e) || attempt >= patience.tries()) {
          throw failure(repository, e);
        }
        pause(e, attempt);
      }
    }
  }

  /** Waits before the next attempt, and says so. */
  void pause(IOException fault, int attempt) {
    Duration wait = patience.before(attempt);
    if (fault instanceof Busy busy) {
      long asked = Math.min(busy.retryAfterMillis, LONGEST_RETRY_AFTER.toMillis());
      wait = Duration.ofMillis(Math.max(wait.toMillis(), asked));
    }
    listener.note(
        Message.of(
            "%s broke off (%s); trying again.", "%s 连接中断(%s),正在重试。", site.title, reason(fault)));
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Lets only success pass. */
  void check(String repository, Wire.Reply reply) throws IOException, SourceFailure {
    int status = reply.status();
    if (status == 200 || status == 206) {
      return;
    }
    if (status == 429 || status >= 500) {
      throw new Busy(reply);
    }
    String code = reply.hub().firstValue("X-Error-Code").orElse("");
    if (code.equals("GatedRepo")) {
      throw new SourceFailure(
          UserError.Kind.INPUT,
          Message.of(
              "%s is gated: its owner asks you to accept a licence first.",
              "%s 需要先同意其所有者的许可协议。", repository),
          Message.of(
              "Accept it at %s/%s, then set HF_TOKEN to a token of your account.",
              "请在 %s/%s 同意许可,再把 HF_TOKEN 设为您账户的令牌。", endpoint, repository));
    }
    throw switch (status) {
      case 401 ->
          new SourceFailure(
              UserError.Kind.INPUT,
              Message.of(
                  "%s refuses %s without a valid token: it does not exist or is private.",
                  "%s 在没有有效令牌时拒绝访问 %s:它不存在或未公开。", site.title, repository),
              Message.of(
                  "Check the name, or set HF_TOKEN to a token that may read it.",
                  "请检查名称,或把 HF_TOKEN 设为有读取权限的令牌。"));
      case 403 ->
          new SourceFailure(
              UserError.Kind.INPUT,
              Message.of(
                  "Your token may not read %s on %s.", "您的令牌无权读取 %s(%s)。", repository, site.title),
              Message.of(
                  "Accept its licence at %s/%s, or set HF_TOKEN to a token that may read it.",
                  "请在 %s/%s 同意许可,或把 HF_TOKEN 设为有读取权限的令牌。", endpoint, repository));
      case 404 ->
          new SourceFailure(
              UserError.Kind.NOT_FOUND,
              Message.of(
                  "%s has no %s, or not that revision or file.",
                  "%s 上没有 %s,或没有该版本或文件。", site.title, repository),
              Message.of("Check the name.", "请检查名称。"));
      default ->
          new SourceFailure(
              UserError.Kind.IO,
              Message.of(
                  "%s answered %d for %s.", "%s 对请求返回 %d(%s)。", site.title, status, repository),
              Message.of("Try again later.", "请稍后再试。"));
    };
  }

  SourceFailure failure(String repository, IOException e) {
    if (e instanceof Busy busy) {
      return new SourceFailure(
          UserError.Kind.IO,
          busy.status == 429
              ? Message.of("%s asks for fewer requests (429).", "%s 要求减少请求(429)。", site.title)
              : Message.of(
                  "%s has a fault of its own (%d) for %s.",
                  "%s 自身出错(%d):%s。", site.title, busy.status, repository),
          Message.of(
              "Try again in some minutes; what was downloaded is kept.", "请过几分钟再试;已下载的部分会保留。"));
    }
    return new SourceFailure(
        new UserError(
            UserError.Kind.IO,
            isUnreachable(e)
                ? Message.of(
                    "%s cannot be reached at %s (%s).",
                    "无法连接 %s:%s(%s)。", site.title, endpoint, reason(e))
                : Message.of(
                    "The connection to %s broke again and again (%s).",
                    "与 %s 的连接一再中断(%s)。", site.title, reason(e)),
            Message.of(
                "Check the network, or set %s to a mirror; what was downloaded is kept.",
                "请检查网络,或将 %s 设为镜像;已下载的部分会保留。", site.endpointVariable),
            e));
  }

  SourceFailure odd(String repository) {
    return new SourceFailure(
        UserError.Kind.INPUT,
        Message.of(
            "What %s at %s says about %s is not a listing of files.",
            "%s(%s)返回的 %s 信息不是文件列表。", site.title, endpoint, repository),
        Message.of("Check %s.", "请检查 %s。", site.endpointVariable));
  }

  static UserError interrupted(Exception cause) {
    Thread.currentThread().interrupt();
    return new UserError(
        UserError.Kind.INTERRUPTED,
        Message.of("The download was stopped.", "下载已停止。"),
        Message.of("Run the command again to go on where it stopped.", "再次运行即可从断点继续。"),
        cause);
  }

  private static boolean isUnreachable(IOException e) {
    return e instanceof ConnectException
        || e instanceof HttpConnectTimeoutException
        || e instanceof UnknownHostException;
  }

  private static String reason(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
        return Message.of("no such host", "主机名无法解析").text();
      }
    }
    if (e instanceof HttpConnectTimeoutException) {
      return Message.of("no answer", "无应答").text();
    }
    if (e instanceof ConnectException) {
      return Message.of("connection refused", "连接被拒绝").text();
    }
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }

  @Override
  public void close() {
    wire.close();
  }
}
