package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Token.Kind;
import java.util.List;

/** The tokens with a place in them, and how deep the parser is nested there. */
final class TokenStream {
  private final List<Token> tokens;
  private int at;
  private int depth;

  /** Which of varargs, kwargs and caller the macro being parsed reads. */
  final java.util.Set<String> macroNames = new java.util.HashSet<>();

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token next() {
    Token token = tokens.get(at);
    if (at < tokens.size() - 1) {
      at++;
    }
    return token;
  }

  boolean ahead(String name) {
    return tokens.get(Math.min(at + 1, tokens.size() - 1)).isName(name);
  }

  boolean is(Kind kind) {
    return current().kind() == kind;
  }

  boolean isName(String name) {
    return current().isName(name);
  }

  boolean isOperator(String symbol) {
    return current().isOperator(symbol);
  }

  boolean skipName(String name) {
    boolean found = isName(name);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipOperator(String symbol) {
    boolean found = isOperator(symbol);
    if (found) {
      next();
    }
    return found;
  }

  void expectOperator(String symbol) {
    if (!skipOperator(symbol)) {
      throw expected(symbol);
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw expected(name);
    }
  }

  String name() {
    if (!is(Kind.NAME)) {
      throw expected("a name");
    }
    return next().text();
  }

  void expect(Kind kind) {
    if (!is(kind)) {
      throw expected(new Token(kind, "", 0).shown());
    }
    next();
  }

  TemplateError expected(String what) {
    return TemplateError.of("%s is expected, not %s", "应为 %s,而不是 %s", what, current().shown());
  }

  void enter() {
    if (++depth > Limits.NESTING) {
      throw TemplateError.limit("it nests deeper than %d levels", "它的嵌套超过 %d 层", Limits.NESTING);
    }
  }

  void leave() {
    depth--;
  }
}
