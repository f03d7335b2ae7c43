package io.zaohua.examples;

import io.zaohua.model.hub.Hub;
import java.nio.file.Path;

/** Which model an example runs: the first argument, a path or a name; else a small one. */
final class Model {
  private Model() {}

  static Path of(String[] arguments) {
    return Hub.fromEnvironment().resolve(arguments.length > 0 ? arguments[0] : "smollm2:135m");
  }
}
