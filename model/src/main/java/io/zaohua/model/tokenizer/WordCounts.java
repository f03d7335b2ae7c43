package io.zaohua.model.tokenizer;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How often each word stands in text files. Parts of the files are cut into words by several
 * threads and added up in their order, so that the result does not depend on the threads. Memory is
 * bounded: where there are too many different words, the rarest are forgotten.
 */
final class WordCounts {
  private static final int PART = 1 << 20;

  /** Bytes that learning may take for each UTF-16 unit of all different words: half the heap. */
  private static final int BYTES = 64;

  /** What a word takes besides its letters, in units. */
  private static final int OVERHEAD = 5;

  private static final class Count {
    private long times;
  }

  private final PreTokenizer words;
  private final Map<String, Count> counts = new HashMap<>();
  private long units;
  private long forgotten;
  private long characters;

  private WordCounts(PreTokenizer words) {
    this.words = words;
  }

  /** A word and how often it stands there. */
  record Word(String text, long times) {}

  /**
   * Counts.
   *
   * @param words cuts a text
   * @throws UserError if a file cannot be read
   */
  static WordCounts of(List<Path> files, PreTokenizer words, int threads) {
    var counts = new WordCounts(words);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      var running = new ArrayDeque<Future<Map<String, Count>>>();
      for (Path file : files) {
        requireFile(file);
        try (Reader reader =
            new InputStreamReader(
                Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder())) {
          counts.read(reader, pool, running, 2 * threads);
        } catch (CharacterCodingException e) {
          throw new UserError(
              UserError.Kind.INPUT,
              Message.of("%s is not UTF-8 text.", "%s 不是 UTF-8 文本。", file),
              Message.of("Save it as UTF-8, or leave it out.", "请以 UTF-8 保存,或不要用它。"),
              e);
        } catch (IOException e) {
          throw new UserError(
              UserError.Kind.NOT_FOUND,
              Message.of("%s cannot be read.", "无法读取 %s。", file),
              Message.of("Give UTF-8 text files.", "请给出 UTF-8 文本文件。"),
              e);
        }
      }
      while (!running.isEmpty()) {
        counts.add(running.remove());
      }
    }
    return counts;
  }

  /** A device may have no end. */
  private static void requireFile(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Files.isDirectory(file)
              ? Message.of("%s is a folder, a file was expected.", "%s 是文件夹,应为文件。", file)
              : Message.of(
                  "%s is a pipe or a device, a file was expected.", "%s 是管道或设备,应为文件。", file),
          Message.of("Give UTF-8 text files.", "请给出 UTF-8 文本文件。"));
    }
  }

  private void read(
      Reader reader, ExecutorService pool, ArrayDeque<Future<Map<String, Count>>> running, int most)
      throws IOException {
    char[] buffer = new char[PART];
    int kept = 0;
    while (true) {
      int filled = kept;
      for (int n = 0; n >= 0 && filled < PART; filled += Math.max(n, 0)) {
        n = reader.read(buffer, filled, PART - filled);
      }
      boolean last = filled < PART;
      int cut = last ? filled : cut(buffer, filled);
      if (cut > 0) {
        String part = new String(buffer, 0, cut);
        characters += cut;
        if (running.size() == most) {
          add(running.remove());
        }
        running.add(pool.submit(() -> count(part)));
      }
      if (last) {
        return;
      }
      kept = filled - cut;
      System.arraycopy(buffer, cut, buffer, 0, kept);
    }
  }

  /** After a line end that stands alone, where every pre-tokenizer cuts; else wherever it must. */
  private static int cut(char[] text, int length) {
    for (int at = length - 1; at > length / 2; at--) {
      if (text[at - 1] == '\n'
          && !CodePoints.isWhiteSpace(text[at - 2])
          && !CodePoints.isWhiteSpace(text[at])) {
        return at;
      }
    }
    return Character.isHighSurrogate(text[length - 1]) ? length - 1 : length;
  }

  private Map<String, Count> count(String part) {
    var found = new ArrayList<String>();
    words.split(CodePoints.wellFormed(part), false, found);
    Map<String, Count> own = new HashMap<>();
    for (String word : found) {
      own.computeIfAbsent(word, _ -> new Count()).times++;
    }
    return own;
  }

  private void add(Future<Map<String, Count>> part) {
    try {
      part.get()
          .forEach(
              (word, count) -> {
                Count known = counts.putIfAbsent(word, count);
                if (known == null) {
                  units += word.length() + OVERHEAD;
                } else {
                  known.times += count.times;
                }
              });
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while counting words");
    }
    for (long rare = 1; units > Runtime.getRuntime().maxMemory() / BYTES; rare *= 2) {
      forget(rare);
    }
  }

  private void forget(long rare) {
    var entries = counts.entrySet().iterator();
    while (entries.hasNext()) {
      var entry = entries.next();
      if (entry.getValue().times <= rare) {
        units -= entry.getKey().length() + OVERHEAD;
        forgotten++;
        entries.remove();
      }
    }
  }

  /** All of them, the most frequent first, equally frequent ones by their text. */
  List<Word> sorted() {
    var all = new ArrayList<Word>(counts.size());
    counts.forEach((word, count) -> all.add(new Word(word, count.times)));
    all.sort(Comparator.comparingLong((Word w) -> -w.times).thenComparing(Word::text));
    return all;
  }

  /** Different words. */
  int size() {
    return counts.size();
  }

  /** Rare words that were counted and given up; a word may be among them more than once. */
  long forgotten() {
    return forgotten;
  }

  /** UTF-16 units read. */
  long characters() {
    return characters;
  }
}
