package io.zaohua.app.command;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An adapter as users write it: PATH or PATH=SCALE.
 *
 * @param strength multiplies the adapter's own scale
 */
record AdapterOption(Path path, float strength) {

  static AdapterOption of(String text) {
    int at = text.lastIndexOf('=');
    if (at < 0 || Files.exists(Path.of(text))) {
      return checked(new AdapterOption(Path.of(text), 1));
    }
    try {
      return checked(
          new AdapterOption(
              Path.of(text.substring(0, at)), Float.parseFloat(text.substring(at + 1))));
    } catch (NumberFormatException e) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of("%s is no scale.", "%s 不是比例。", text.substring(at + 1)),
          Message.of("Write for example DIR=0.5.", "例如写作 DIR=0.5。"),
          e);
    }
  }

  private static AdapterOption checked(AdapterOption option) {
    if (!Files.exists(option.path)) {
      throw new UserError(
          UserError.Kind.NOT_FOUND,
          Message.of("There is no adapter %s.", "适配器 %s 不存在。", option.path),
          Message.of(
              "Give a folder that PEFT or zaohua train wrote, or a GGUF adapter.",
              "请给出 PEFT 或 zaohua train 写出的文件夹,或 GGUF 适配器。"));
    }
    return option;
  }
}
