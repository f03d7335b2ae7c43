package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;

/** A secret for the hub; never printed. */
record HubToken(String secret) {
  HubToken {
    if (!secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "HF_TOKEN, or the file it stands in, holds spaces, line ends or letters that no token"
                  + " has.",
              "HF_TOKEN(或存放令牌的文件)含有令牌中不会出现的空格、换行或字符。"),
          Message.of("Copy the token again, or unset it.", "请重新复制令牌,或取消设置。"));
    }
  }

  @Override
  public String toString() {
    return "HubToken[hidden]";
  }
}
