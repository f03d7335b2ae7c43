package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Expression.FilterStep;
import io.zaohua.model.jinja.Statement.Binding;
import io.zaohua.model.jinja.Statement.Branch;
import io.zaohua.model.jinja.Statement.Parameter;
import io.zaohua.model.jinja.Statement.Signature;
import io.zaohua.model.jinja.Statement.Target;
import io.zaohua.model.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Statements: text, outputs and tags, up to the tag that ends their block. */
final class StatementParser {
  private static final Set<String> REFUSED =
      Set.of("include", "import", "from", "extends", "block", "autoescape", "trans", "debug");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int loops;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static List<Statement> parse(List<Token> tokens) {
    TokenStream stream = new TokenStream(tokens);
    try {
      return new StatementParser(stream).statements(Set.of(), "the end");
    } catch (TemplateError e) {
      throw new LocatedError(stream.current().line(), e);
    }
  }

  /** Statements up to a tag of one of these names, which stays for the caller. */
  private List<Statement> statements(Set<String> ends, String block) {
    tokens.enter();
    List<Statement> body = new ArrayList<>();
    while (!tokens.is(Kind.END)) {
      Token token = tokens.next();
      switch (token.kind()) {
        case DATA -> body.add(new Statement.Data(token.line(), token.text()));
        case OPEN_OUTPUT -> {
          body.add(new Statement.Output(token.line(), expressions.tuple(true, "")));
          tokens.expect(Kind.CLOSE_OUTPUT);
        }
        case OPEN_TAG -> {
          if (tokens.is(Kind.NAME) && ends.contains(tokens.current().text())) {
            tokens.leave();
            return body;
          }
          body.add(tag(token.line()));
        }
        case CLOSE_OUTPUT, CLOSE_TAG, NAME, STRING, INTEGER, FLOAT, OPERATOR, END ->
            throw tokens.expected("text or a tag");
      }
    }
    tokens.leave();
    if (!ends.isEmpty()) {
      throw TemplateError.of("the block %s is never closed", "%s 块没有结束", block);
    }
    return body;
  }

  /** The rest of a tag, then the body up to one of the ends. */
  private List<Statement> body(String block, String... ends) {
    tokens.expect(Kind.CLOSE_TAG);
    return statements(Set.of(ends), block);
  }

  private void close(String end) {
    tokens.expectName(end);
    tokens.expect(Kind.CLOSE_TAG);
  }

  private Statement tag(int line) {
    String name = tokens.name();
    return switch (name) {
      case "if" -> branches(line);
      case "for" -> loop(line);
      case "set" -> set(line);
      case "macro" -> macro(line);
      case "call" -> call(line);
      case "filter" -> {
        List<FilterStep> filters = expressions.filters();
        List<Statement> body = body("filter", "endfilter");
        close("endfilter");
        yield new Statement.FilterBlock(line, filters, body);
      }
      case "with" -> with(line);
      case "generation" -> {
        List<Statement> body = body("generation", "endgeneration");
        close("endgeneration");
        yield new Statement.Generation(line, body);
      }
      case "print" -> {
        List<Expression> parts = new ArrayList<>();
        do {
          parts.add(expressions.expression());
        } while (tokens.skipOperator(","));
        yield ended(new Statement.Output(line, new Expression.Concatenation(parts)));
      }
      case "do" -> ended(new Statement.Do(line, expressions.tuple(true, "")));
      case "break" -> inLoop(new Statement.Break(line), name);
      case "continue" -> inLoop(new Statement.Continue(line), name);
      default -> {
        if (REFUSED.contains(name)) {
          throw TemplateError.unsupported(
              "the tag %s is not part of chat templates", "标签 %s 不属于对话模板", name);
        }
        throw TemplateError.of("the tag %s is unknown here", "此处标签 %s 未知", name);
      }
    };
  }

  private Statement ended(Statement statement) {
    tokens.expect(Kind.CLOSE_TAG);
    return statement;
  }

  private Statement inLoop(Statement statement, String name) {
    if (loops == 0) {
      throw TemplateError.of("%s stands outside a loop", "%s 在循环之外", name);
    }
    return ended(statement);
  }

  private Statement branches(int line) {
    List<Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    do {
      Expression condition = expressions.tuple(false, "");
      branches.add(new Branch(condition, body("if", "elif", "else", "endif")));
    } while (tokens.skipName("elif"));
    if (tokens.skipName("else")) {
      otherwise = body("if", "endif");
    }
    close("endif");
    return new Statement.If(line, branches, otherwise);
  }

  private Statement loop(int line) {
    Target target = target("in", false);
    tokens.expectName("in");
    Expression items = expressions.tuple(false, "recursive");
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    loops++;
    List<Statement> body = body("for", "endfor", "else");
    loops--;
    List<Statement> otherwise = tokens.skipName("else") ? body("for", "endfor") : List.of();
    close("endfor");
    return new Statement.For(line, target, items, condition, recursive, body, otherwise);
  }

  private Statement set(int line) {
    Target target = target("", true);
    if (tokens.skipOperator("=")) {
      return ended(new Statement.Set(line, target, expressions.tuple(true, "")));
    }
    List<FilterStep> filters =
        tokens.skipOperator("|") ? expressions.filters() : List.<FilterStep>of();
    List<Statement> body = body("set", "endset");
    close("endset");
    return new Statement.SetBlock(line, target, filters, body);
  }

  private Statement macro(int line) {
    String name = tokens.name();
    if (!tokens.isOperator("(")) {
      throw tokens.expected("(");
    }
    return new Statement.DefineMacro(line, signature(name, "macro", "endmacro"));
  }

  private Statement call(int line) {
    // The parameters stand before the call: {% call(item) render(list) %}.
    List<Parameter> parameters = tokens.isOperator("(") ? parameters() : List.of();
    Expression call = expressions.expression();
    if (!(call instanceof Expression.Call)) {
      throw TemplateError.of("a call block needs a call", "call 块需要一个调用");
    }
    return new Statement.CallBlock(line, call, rest("caller", parameters, "call", "endcall"));
  }

  private Signature signature(String name, String block, String end) {
    return rest(name, parameters(), block, end);
  }

  private Signature rest(String name, List<Parameter> parameters, String block, String end) {
    Set<String> outer = new HashSet<>(tokens.macroNames);
    int outerLoops = loops;
    loops = 0;
    tokens.macroNames.clear();
    List<Statement> body = body(block, end);
    Set<String> used = Set.copyOf(tokens.macroNames);
    tokens.macroNames.addAll(outer);
    loops = outerLoops;
    close(end);
    return new Signature(
        name,
        parameters,
        body,
        used.contains("varargs"),
        used.contains("kwargs"),
        used.contains("caller"));
  }

  private List<Parameter> parameters() {
    tokens.expectOperator("(");
    List<Parameter> parameters = new ArrayList<>();
    while (!tokens.isOperator(")")) {
      String name = tokens.name();
      Optional<Expression> fallback =
          tokens.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
      if (fallback.isEmpty()
          && !parameters.isEmpty()
          && parameters.getLast().fallback().isPresent()) {
        throw TemplateError.of(
            "the parameter %s without a default follows one with a default",
            "没有默认值的参数 %s 跟在有默认值的参数之后", name);
      }
      parameters.add(new Parameter(name, fallback));
      if (!tokens.skipOperator(",")) {
        break;
      }
    }
    tokens.expectOperator(")");
    return parameters;
  }

  private Statement with(int line) {
    List<Binding> bindings = new ArrayList<>();
    while (!tokens.is(Kind.CLOSE_TAG)) {
      Target target = target("", false);
      tokens.expectOperator("=");
      bindings.add(new Binding(target, expressions.expression()));
      if (!tokens.skipOperator(",")) {
        break;
      }
    }
    List<Statement> body = body("with", "endwith");
    close("endwith");
    return new Statement.With(line, bindings, body);
  }

  /** One target, or several with commas between. */
  private Target target(String end, boolean fields) {
    List<Target> targets = new ArrayList<>();
    boolean comma = false;
    while (!tokens.isName(end) && !tokens.isOperator("=") && !tokens.isOperator(")")) {
      targets.add(single(fields));
      if (!tokens.skipOperator(",")) {
        break;
      }
      comma = true;
    }
    if (targets.isEmpty()) {
      throw tokens.expected("a name");
    }
    return comma ? new Target.Several(targets) : targets.getFirst();
  }

  private Target single(boolean fields) {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inner = target("", fields);
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.name();
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
      throw TemplateError.of("%s cannot be assigned to", "不能给 %s 赋值", name);
    }
    return fields && tokens.skipOperator(".")
        ? new Target.Field(name, tokens.name())
        : new Target.Variable(name);
  }
}
