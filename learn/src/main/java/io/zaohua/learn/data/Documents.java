package io.zaohua.learn.data;

import io.zaohua.learn.chat.Example;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Token ids of documents, one after another in one array. */
final class Documents {
  private int[] ids = new int[1 << 16];
  private int size;
  private int[] starts = new int[1 << 10];
  private int count;

  /** Tokens that are not learned; in plain text there are none. */
  private final BitSet given = new BitSet();

  /** How a text becomes a document's ids. */
  interface Encoding {
    int[] ids(String text);

    /** The tokenizer's own ids before a prompt, the text, the end token if it has one. */
    static Encoding of(Tokenizer tokenizer, boolean special, boolean end) {
      return text -> {
        int[] ids = tokenizer.encodeOpenPrompt(text, special);
        if (!end || tokenizer.eos().isEmpty()) {
          return ids;
        }
        int[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = tokenizer.eos().getAsInt();
        return ended;
      };
    }
  }

  /** Number of documents. */
  int count() {
    return count;
  }

  /** All their tokens. */
  int tokens() {
    return size;
  }

  /**
   * Refuses to learn from nothing where all of it is held out.
   *
   * @throws UserError saying so
   */
  void requireSome(Documents held) {
    if (count == 0 && held.count > 0) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "All of the data (%,d parts) is held out, and none is left to learn from.",
              "所有数据(%,d 份)都留作评测,没有可供学习的内容。", held.count),
          Message.of("Lower data.validation, or give more data.", "请减小 data.validation,或给出更多数据。"));
    }
  }

  int start(int document) {
    return starts[document];
  }

  int length(int document) {
    return (document + 1 < count ? starts[document + 1] : size) - starts[document];
  }

  int id(int position) {
    return ids[position];
  }

  boolean learned(int position) {
    return !given.get(position);
  }

  void add(Example example) {
    int start = size;
    add(example.ids());
    for (int i = 0; i < example.length(); i++) {
      given.set(start + i, !example.learned(i));
    }
  }

  void add(int[] document) {
    if (document.length > Integer.MAX_VALUE - 8 - size) {
      throw new UserError(
          UserError.Kind.CAPACITY,
          Message.of("The text has more than %d tokens.", "文本超过 %d 个词元。", Integer.MAX_VALUE),
          Message.of("Train on a part of it.", "请只用其中一部分训练。"));
    }
    if (ids.length < size + document.length) {
      ids =
          Arrays.copyOf(ids, Math.clamp(size * 3L / 2 + document.length, 0, Integer.MAX_VALUE - 8));
    }
    if (starts.length == count) {
      starts = Arrays.copyOf(starts, count * 2);
    }
    starts[count++] = size;
    System.arraycopy(document, 0, ids, size, document.length);
    size += document.length;
  }

  /**
   * Reads files; blank documents are left out. A share goes to {@code held}, drawn by the seed.
   *
   * @return how many were blank
   */
  static int read(
      List<Path> files,
      String separator,
      Encoding encoding,
      Documents kept,
      Documents held,
      double share,
      long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5eed_d0c5L);
    int[] blank = {0};
    Consumer<String> take =
        text -> {
          if (text.isBlank()) {
            blank[0]++;
          } else {
            (share > 0 && random.nextDouble() < share ? held : kept).add(encoding.ids(text));
          }
        };
    for (Path file : files) {
      split(text(file), separator, take);
    }
    return blank[0];
  }

  private static void split(String text, String separator, Consumer<String> take) {
    if (separator.isEmpty()) {
      take.accept(text);
      return;
    }
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      take.accept(text.substring(from, at));
      from = at + separator.length();
    }
    if (from < text.length()) { // the file may end in a separator
      take.accept(text.substring(from));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).replace("\r\n", "\n");
    } catch (MalformedInputException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is not UTF-8 text.", "%s 不是 UTF-8 文本。", file),
          Message.of("Save it as UTF-8.", "请以 UTF-8 保存。"),
          e);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("%s cannot be read: %s.", "无法读取 %s:%s。", file, String.valueOf(e.getMessage())),
          Message.of("Check its permissions.", "请检查权限。"),
          e);
    }
  }
}
