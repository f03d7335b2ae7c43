package io.zaohua.model.hub;

import io.zaohua.model.Message;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One download of a blob at a time: among this process's threads, and among processes. */
final class BlobLock implements AutoCloseable {
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();
  private static final long POLL_MILLIS = 50;

  private final Path path;
  private final FileChannel channel;

  private BlobLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Waits for the lock; says once that it waits. */
  static BlobLock take(Path file, PullListener listener) {
    Path path = file.toAbsolutePath().normalize();
    boolean told = false;
    try {
      while (true) {
        Optional<BlobLock> lock = tryTake(path);
        if (lock.isPresent()) {
          return lock.get();
        }
        if (!told) {
          listener.note(
              Message.of(
                  "Another download of the same file is running; waiting for it.",
                  "同一文件正由另一个下载任务处理,等待中。"));
          told = true;
        }
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      throw Link.interrupted(e);
    } catch (IOException e) {
      throw CachedRepository.cannotWrite(CachedRepository.parent(path), e);
    }
  }

  private static Optional<BlobLock> tryTake(Path path) throws IOException {
    if (!HELD.add(path)) {
      return Optional.empty();
    }
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      HELD.remove(path);
      throw e;
    }
    Optional<FileLock> lock = Optional.empty();
    try {
      lock = Optional.ofNullable(channel.tryLock());
      return lock.map(_ -> new BlobLock(path, channel));
    } catch (OverlappingFileLockException _) {
      return Optional.empty();
    } finally {
      if (lock.isEmpty()) {
        channel.close();
        HELD.remove(path);
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw CachedRepository.cannotWrite(path, e);
    } finally {
      HELD.remove(path);
    }
  }
}
