package io.zaohua.app.terminal;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Text from outside: UTF-8 or a sentence, never a text with parts replaced in silence. */
public final class Utf8 {
  private Utf8() {}

  /**
   * The text of a file.
   *
   * @throws UserError if it is missing, a folder, unreadable or not UTF-8
   */
  public static String read(Path file) {
    if (Files.isDirectory(file)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s is a folder, a text file was expected.", "%s 是文件夹,应为文本文件。", file),
          new Message("Name the file inside it.", "请指明其中的文件。"));
    }
    try {
      return decode(Files.readAllBytes(file), new Message(file.toString(), file.toString()));
    } catch (NoSuchFileException e) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("There is no file %s.", "文件 %s 不存在。", file),
          new Message("Check the path.", "请检查路径。"),
          e);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of(
              "%s cannot be read (%s).", "无法读取 %s(%s)。", file, String.valueOf(e.getMessage())),
          new Message("Check its permissions and the disk.", "请检查其权限和磁盘。"),
          e);
    }
  }

  /** The text of bytes that came from {@code source}. */
  static String decode(byte[] bytes, Message source) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    if (result.isError()) {
      throw new UserError(
          UserError.Kind.INPUT,
          new Message(
              "%s is not UTF-8 text: byte %d cannot be read."
                  .formatted(source.english(), in.position()),
              "%s不是 UTF-8 文本:第 %d 个字节无法解读。".formatted(source.chinese(), in.position())),
          new Message(
              "Convert it first, for example with: iconv -f GB18030 -t UTF-8.",
              "请先转换编码,例如:iconv -f GB18030 -t UTF-8。"));
    }
    return out.flip().toString();
  }
}
