package io.zaohua.model.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names and their values, inside another scope. */
final class Scope {
  private final Map<String, Value> names = new HashMap<>();
  private final Optional<Scope> outer;

  private Scope(Optional<Scope> outer) {
    this.outer = outer;
  }

  static Scope root() {
    return new Scope(Optional.empty());
  }

  Scope inner() {
    return new Scope(Optional.of(this));
  }

  void set(String name, Value value) {
    names.put(name, value);
  }

  Optional<Value> find(String name) {
    Optional<Scope> scope = Optional.of(this);
    while (scope.isPresent()) {
      Value value = scope.get().names.get(name);
      if (value != null) {
        return Optional.of(value);
      }
      scope = scope.get().outer;
    }
    return Optional.empty();
  }
}
