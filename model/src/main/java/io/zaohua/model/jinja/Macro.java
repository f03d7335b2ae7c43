package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.jinja.Statement.Parameter;
import io.zaohua.model.jinja.Statement.Signature;
import io.zaohua.model.jinja.Value.Thing;
import io.zaohua.model.jinja.Value.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A macro, or a call block's body, with the scope it was written in.
 *
 * @param signature what was written
 * @param scope where
 */
record Macro(Signature signature, Scope scope) implements Thing {
  @Override
  public String type() {
    return "Macro";
  }

  @Override
  public Optional<Value> attribute(String name, Interpreter interpreter) {
    return switch (name) {
      case "name" -> Optional.of(Value.of(signature.name()));
      case "arguments" ->
          Optional.of(
              new Tuple(
                  signature.parameters().stream()
                      .<Value>map(parameter -> Value.of(parameter.name()))
                      .toList()));
      case "caller" -> Optional.of(Value.of(signature.usesCaller()));
      default -> Optional.empty();
    };
  }

  @Override
  public Optional<Value> call(Arguments arguments, Interpreter interpreter) {
    Scope inner = scope.inner();
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    if (signature.usesCaller()) {
      Value caller = named.remove("caller");
      inner.set(
          "caller",
          caller == null
              ? new Value.Undefined(Message.of("No caller defined", "没有 caller"))
              : caller);
    }
    bind(arguments.positional(), named, inner, interpreter);
    return Optional.of(Value.of(interpreter.text(signature.body(), inner)));
  }

  private void bind(
      List<Value> positional, Map<String, Value> named, Scope inner, Interpreter interpreter) {
    int i = 0;
    for (Parameter parameter : signature.parameters()) {
      String name = parameter.name();
      Value byName = named.remove(name);
      if (i < positional.size()) {
        if (byName != null) {
          throw TemplateError.of(
              "the macro %s is given %s twice", "宏 %s 的 %s 给了两次", signature.name(), name);
        }
        inner.set(name, positional.get(i));
      } else if (byName != null) {
        inner.set(name, byName);
      } else {
        inner.set(
            name,
            parameter
                .fallback()
                .map(fallback -> interpreter.evaluate(fallback, inner))
                .orElseGet(() -> missing(name)));
      }
      i++;
    }
    List<Value> more = positional.subList(Math.min(i, positional.size()), positional.size());
    if (signature.usesVarargs()) {
      inner.set("varargs", new Tuple(more));
    } else if (!more.isEmpty()) {
      throw TemplateError.of(
          "the macro %s takes at most %d arguments", "宏 %s 最多接受 %d 个参数", signature.name(), i);
    }
    if (signature.usesKwargs()) {
      inner.set("kwargs", Value.dict(named));
    } else if (!named.isEmpty()) {
      throw TemplateError.of(
          "the macro %s knows no argument %s",
          "宏 %s 没有参数 %s", signature.name(), named.keySet().iterator().next());
    }
  }

  private static Value missing(String name) {
    return new Value.Undefined(Message.of("the parameter %s was not given", "没有给出参数 %s", name));
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
