package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Brings one file into the cache: goes on after a break, holds the hub to size and hash, and puts
 * the file under its final name only when it is right.
 */
final class Transfer {
  private static final int CHUNK = 1 << 16;
  private static final long REPORT_NANOS = 100_000_000;

  /** Progress that earns a broken download its full number of tries again. */
  private static final long PROGRESS = 1 << 20;

  /** The file changed on the hub since it was listed. */
  static final class Changed extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final Link link;
  private final HubSite site;
  private final String repository;
  private final CachedRepository cache;
  private final RemoteFile file;
  private final URI address;
  private final DiskSpace space;

  Transfer(
      HubSite site,
      String repository,
      CachedRepository cache,
      RemoteFile file,
      URI address,
      DiskSpace space) {
    this.site = site;
    this.link = site.link();
    this.repository = repository;
    this.cache = cache;
    this.file = file;
    this.address = address;
    this.space = space;
  }

  /** The blob, downloaded if it is not here yet. */
  Path run() throws SourceFailure, Changed {
    Path blob = cache.blob(file.key());
    if (isHere(blob)) {
      return blob;
    }
    cache.prepare();
    try (BlobLock _ = BlobLock.take(cache.lock(file.key()), link.listener())) {
      if (!isHere(blob)) {
        download(blob);
      }
    }
    return blob;
  }

  private boolean isHere(Path blob) {
    try {
      return Files.isRegularFile(blob) && Files.size(blob) == file.bytes();
    } catch (IOException _) {
      return false;
    }
  }

  private void download(Path blob) throws SourceFailure, Changed {
    Path partial = cache.partial(file.key());
    boolean resumed = false;
    try {
      resumed = Files.exists(partial) && Files.size(partial) > 0;
      if (fetch(partial) || (resumed && fetch(partial))) {
        CachedRepository.replace(partial, blob);
        return;
      }
    } catch (IOException e) {
      throw CachedRepository.cannotWrite(cache.root(), e);
    }
    throw new SourceFailure(
        UserError.Kind.IO,
        Message.of(
            "What %s sent for %s has another hash than it promised.",
            "%s 发来的 %s 与其承诺的校验值不符。", site.site().title, file.path()),
        Message.of(
            "Try again, or set %s to another mirror; nothing wrong was kept.",
            "请重试,或将 %s 设为其他镜像;错误内容未保留。", site.site().endpointVariable));
  }

  /** Fills the partial file; false, and the file gone, if its hash is wrong. */
  private boolean fetch(Path partial) throws IOException, SourceFailure, Changed {
    boolean right;
    try (var out = new RandomAccessFile(partial.toFile(), "rw")) {
      if (out.length() > file.bytes()) {
        out.setLength(0);
      }
      requireSpace(space, cache.root(), file.path(), file.bytes() - out.length());
      ContentHash hash = ContentHash.of(file.key(), file.bytes());
      feed(out, hash);
      right = receiveAll(out, hash);
      out.getFD().sync();
    }
    if (!right) {
      Files.delete(partial);
    }
    return right;
  }

  /** Hashes what is already here, and leaves the file at its end. */
  private static void feed(RandomAccessFile out, ContentHash hash) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long left = out.length();
    out.seek(0);
    while (left > 0) {
      int n = out.read(chunk, 0, (int) Math.min(chunk.length, left));
      if (n < 0) {
        break;
      }
      hash.update(chunk, n);
      left -= n;
    }
  }

  private boolean receiveAll(RandomAccessFile out, ContentHash started)
      throws IOException, SourceFailure, Changed {
    ContentHash hash = started;
    long mark = out.getFilePointer();
    int attempt = 1;
    while (out.getFilePointer() < file.bytes()) {
      IOException fault;
      try (Wire.Reply reply = link.wire().get(address, out.getFilePointer())) {
        if (reply.status() == 416) {
          out.setLength(0);
          hash = ContentHash.of(file.key(), file.bytes());
          throw new IOException("range refused");
        }
        link.check(repository, reply);
        requireSame(reply);
        if (reply.status() == 200 && out.getFilePointer() > 0) {
          out.setLength(0);
          hash = ContentHash.of(file.key(), file.bytes());
        }
        requireSize(reply, out.getFilePointer());
        receive(reply.body(), out, hash);
        fault = new IOException(Message.of("it sent too little", "数据不足").text());
      } catch (WriteFault e) {
        throw e.cause;
      } catch (InterruptedException e) {
        throw Link.interrupted(e);
      } catch (IOException e) {
        fault = e;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw Link.interrupted(fault);
      }
      if (out.getFilePointer() >= file.bytes()) {
        break;
      }
      if (out.getFilePointer() >= mark + PROGRESS) {
        mark = out.getFilePointer();
        attempt = 1;
      } else if (attempt >= link.patience().tries()) {
        throw link.failure(repository, fault);
      }
      link.pause(fault, attempt++);
    }
    link.listener().progress(file.path(), file.bytes(), file.bytes());
    return hash.matches();
  }

  private void requireSame(Wire.Reply reply) throws Changed {
    Optional<String> linked = reply.hub().firstValue("X-Linked-Etag");
    Optional<String> now =
        linked.isPresent() || reply.direct() ? site.tag(reply.hub()) : Optional.empty();
    if (now.isPresent()
        && ContentHash.isHash(now.get())
        && ContentHash.isHash(file.key())
        && !now.get().equalsIgnoreCase(file.key())) {
      throw new Changed();
    }
  }

  /** The sizes named in the answer against the listing's. */
  private void requireSize(Wire.Reply reply, long from) throws SourceFailure, IOException {
    if (reply.status() == 206) {
      String range = reply.headers().firstValue("Content-Range").orElse("");
      if (!range.startsWith("bytes " + from + "-")) {
        throw new IOException("another range than asked for");
      }
    }
    long whole = reply.hub().firstValueAsLong("X-Linked-Size").orElse(file.bytes());
    long rest = reply.headers().firstValueAsLong("Content-Length").orElse(file.bytes() - from);
    if (whole != file.bytes()) {
      throw twoSizes(whole);
    }
    if (rest > file.bytes() - from) {
      throw twoSizes(from + rest);
    }
  }

  private SourceFailure twoSizes(long other) {
    return new SourceFailure(
        UserError.Kind.IO,
        Message.of(
            "%s lists %s with %d bytes and sends %d.",
            "%s 列出的 %s 为 %d 字节,实际发送 %d 字节。", site.site().title, file.path(), file.bytes(), other),
        Message.of(
            "Try again later, or set %s to another mirror.",
            "请稍后再试,或将 %s 设为其他镜像。", site.site().endpointVariable));
  }

  /** A fault of our disk rather than of the connection. */
  private static final class WriteFault extends IOException {
    private static final long serialVersionUID = 1L;
    private final IOException cause;

    WriteFault(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  private void receive(InputStream body, RandomAccessFile out, ContentHash hash)
      throws IOException, SourceFailure {
    byte[] chunk = new byte[CHUNK];
    long reported = 0;
    for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
      if (out.getFilePointer() + n > file.bytes()) {
        throw twoSizes(out.getFilePointer() + n);
      }
      try {
        out.write(chunk, 0, n);
      } catch (IOException e) {
        throw new WriteFault(e);
      }
      hash.update(chunk, n);
      if (System.nanoTime() - reported > REPORT_NANOS) {
        reported = System.nanoTime();
        link.listener().progress(file.path(), out.getFilePointer(), file.bytes());
      }
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }

  /** Refuses what the disk cannot hold before the first byte is written. */
  static void requireSpace(DiskSpace space, Path root, String what, long bytes) throws IOException {
    long usable = space.usable(root);
    if (bytes > usable) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of(
              "%s needs %s more on the disk that holds %s, and %s are free.",
              "%s 还需要 %s 磁盘空间(%s),仅剩 %s。", what, size(bytes), root, size(usable)),
          Message.of(
              "Free some space, or set HF_HOME to a folder on another disk.",
              "请腾出空间,或将 HF_HOME 设到其他磁盘。"));
    }
  }

  /** Bytes as people read them, in powers of ten. */
  static String size(long bytes) {
    return bytes < 1_000_000
        ? String.format(Locale.ROOT, "%.0f kB", bytes / 1e3)
        : bytes < 1_000_000_000
            ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
            : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
