package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.regex.Pattern;

/** Names from outside that become parts of a path: refused before they can leave their folder. */
final class SafeName {
  private static final Pattern SEGMENT = Pattern.compile("[^/\\\\:*?\"<>|\\p{Cntrl}]{1,255}");
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  private SafeName() {}

  /** Whether {@code path} is relative and stays below the folder it is resolved against. */
  static boolean isRelativePath(String path) {
    for (String segment : path.split("/", -1)) {
      if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code key} can be one file's name. */
  static boolean isKey(String key) {
    return KEY.matcher(key).matches();
  }

  static String path(String path) throws SourceFailure {
    if (!isRelativePath(path)) {
      throw refused(path);
    }
    return path;
  }

  static String key(String key) throws SourceFailure {
    if (!isKey(key)) {
      throw refused(key);
    }
    return key;
  }

  private static SourceFailure refused(String name) {
    return new SourceFailure(
        UserError.Kind.INPUT,
        Message.of(
            "The hub names a file \"%s\", which could leave the cache folder.",
            "hub 给出的文件名 “%s” 可能越出缓存文件夹。", name),
        Message.of("Do not use this repository.", "请勿使用该仓库。"));
  }
}
