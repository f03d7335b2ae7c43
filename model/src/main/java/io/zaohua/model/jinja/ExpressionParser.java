package io.zaohua.model.jinja;

import io.zaohua.model.jinja.Expression.And;
import io.zaohua.model.jinja.Expression.ArgumentList;
import io.zaohua.model.jinja.Expression.Attribute;
import io.zaohua.model.jinja.Expression.Binary;
import io.zaohua.model.jinja.Expression.Call;
import io.zaohua.model.jinja.Expression.Comparison;
import io.zaohua.model.jinja.Expression.Concatenation;
import io.zaohua.model.jinja.Expression.Conditional;
import io.zaohua.model.jinja.Expression.DictLiteral;
import io.zaohua.model.jinja.Expression.Entry;
import io.zaohua.model.jinja.Expression.FilterStep;
import io.zaohua.model.jinja.Expression.Filtered;
import io.zaohua.model.jinja.Expression.Item;
import io.zaohua.model.jinja.Expression.Link;
import io.zaohua.model.jinja.Expression.ListLiteral;
import io.zaohua.model.jinja.Expression.Literal;
import io.zaohua.model.jinja.Expression.Name;
import io.zaohua.model.jinja.Expression.Named;
import io.zaohua.model.jinja.Expression.Negative;
import io.zaohua.model.jinja.Expression.Not;
import io.zaohua.model.jinja.Expression.Or;
import io.zaohua.model.jinja.Expression.Positive;
import io.zaohua.model.jinja.Expression.Relation;
import io.zaohua.model.jinja.Expression.Slice;
import io.zaohua.model.jinja.Expression.Tested;
import io.zaohua.model.jinja.Expression.TupleLiteral;
import io.zaohua.model.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Expressions, from the loosest binding to the tightest: inline if, or, and, not, comparison, + -,
 * ~, * / // %, **, sign, postfix and filters. As in Jinja, ** binds to the left and looser than a
 * sign.
 */
final class ExpressionParser {
  private static final Set<String> MACRO_NAMES = Set.of("varargs", "kwargs", "caller");

  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  Expression expression() {
    tokens.enter();
    Expression result = or();
    while (tokens.skipName("if")) {
      Expression condition = or();
      Optional<Expression> otherwise =
          tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
      result = new Conditional(result, condition, otherwise);
    }
    tokens.leave();
    return result;
  }

  /** One expression, or several with commas between, which make a tuple. */
  Expression tuple(boolean conditional, String end) {
    List<Expression> items = new ArrayList<>();
    boolean comma = false;
    while (!endsTuple(end)) {
      items.add(conditional ? expression() : or());
      if (!tokens.skipOperator(",")) {
        break;
      }
      comma = true;
    }
    if (comma) {
      return new TupleLiteral(items);
    }
    if (items.isEmpty()) {
      throw tokens.expected("an expression");
    }
    return items.getFirst();
  }

  private boolean endsTuple(String end) {
    return tokens.is(Kind.CLOSE_OUTPUT)
        || tokens.is(Kind.CLOSE_TAG)
        || tokens.isOperator(")")
        || tokens.isName(end);
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new And(left, not());
    }
    return left;
  }

  private Expression not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression inner = not();
    tokens.leave();
    return new Not(inner);
  }

  private Expression comparison() {
    Expression first = sum();
    List<Link> links = new ArrayList<>();
    while (true) {
      Optional<Relation> relation = relation();
      if (relation.isEmpty()) {
        return links.isEmpty() ? first : new Comparison(first, links);
      }
      links.add(new Link(relation.get(), sum()));
    }
  }

  private Optional<Relation> relation() {
    Token token = tokens.current();
    if (token.kind() == Kind.OPERATOR) {
      Optional<Relation> found =
          switch (token.text()) {
            case "==" -> Optional.of(Relation.EQUAL);
            case "!=" -> Optional.of(Relation.NOT_EQUAL);
            case "<" -> Optional.of(Relation.LESS);
            case "<=" -> Optional.of(Relation.LESS_OR_EQUAL);
            case ">" -> Optional.of(Relation.GREATER);
            case ">=" -> Optional.of(Relation.GREATER_OR_EQUAL);
            default -> Optional.empty();
          };
      found.ifPresent(_ -> tokens.next());
      return found;
    }
    if (tokens.skipName("in")) {
      return Optional.of(Relation.IN);
    }
    if (tokens.isName("not") && tokens.ahead("in")) {
      tokens.next();
      tokens.next();
      return Optional.of(Relation.NOT_IN);
    }
    return Optional.empty();
  }

  private Expression sum() {
    Expression left = concatenation();
    while (tokens.isOperator("+") || tokens.isOperator("-")) {
      var operator =
          tokens.next().text().equals("+") ? BinaryOperator.ADD : BinaryOperator.SUBTRACT;
      left = new Binary(operator, left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    Expression first = product();
    if (!tokens.isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Concatenation(parts);
  }

  private Expression product() {
    Expression left = power();
    while (true) {
      Optional<BinaryOperator> operator =
          tokens.is(Kind.OPERATOR)
              ? switch (tokens.current().text()) {
                case "*" -> Optional.of(BinaryOperator.MULTIPLY);
                case "/" -> Optional.of(BinaryOperator.DIVIDE);
                case "//" -> Optional.of(BinaryOperator.FLOOR_DIVIDE);
                case "%" -> Optional.of(BinaryOperator.MODULO);
                default -> Optional.empty();
              }
              : Optional.empty();
      if (operator.isEmpty()) {
        return left;
      }
      tokens.next();
      left = new Binary(operator.get(), left, power());
    }
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Binary(BinaryOperator.POWER, left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filters) {
    tokens.enter();
    Expression result;
    if (tokens.skipOperator("-")) {
      result = new Negative(unary(false));
    } else if (tokens.skipOperator("+")) {
      result = new Positive(unary(false));
    } else {
      result = primary();
    }
    result = postfix(result);
    if (filters) {
      result = filtersAndTests(result);
    }
    tokens.leave();
    return result;
  }

  private Expression primary() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> name(tokens.next().text());
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.is(Kind.STRING)) {
          text.append(tokens.next().text());
        }
        yield new Literal(Value.of(text.toString()));
      }
      case INTEGER -> {
        if (token.text().length() > 4300) {
          throw TemplateError.limit("a number has more than 4300 digits", "一个数超过 4300 位");
        }
        yield new Literal(new Value.Int(new BigInteger(tokens.next().text())));
      }
      case FLOAT -> new Literal(Value.of(Double.parseDouble(tokens.next().text())));
      case OPERATOR -> bracketed();
      case DATA, OPEN_OUTPUT, CLOSE_OUTPUT, OPEN_TAG, CLOSE_TAG, END ->
          throw tokens.expected("an expression");
    };
  }

  private Expression name(String name) {
    if (MACRO_NAMES.contains(name)) {
      tokens.macroNames.add(name);
    }
    return switch (name) {
      case "true", "True" -> new Literal(Value.Bool.TRUE);
      case "false", "False" -> new Literal(Value.Bool.FALSE);
      case "none", "None" -> new Literal(Value.None.NONE);
      default -> new Name(name);
    };
  }

  private Expression bracketed() {
    if (tokens.skipOperator("(")) {
      Expression inner = tokens.isOperator(")") ? new TupleLiteral(List.of()) : tuple(true, "");
      tokens.expectOperator(")");
      return inner;
    }
    if (tokens.skipOperator("[")) {
      List<Expression> items = new ArrayList<>();
      while (!tokens.isOperator("]")) {
        items.add(expression());
        if (!tokens.skipOperator(",")) {
          break;
        }
      }
      tokens.expectOperator("]");
      return new ListLiteral(items);
    }
    if (tokens.skipOperator("{")) {
      List<Entry> entries = new ArrayList<>();
      while (!tokens.isOperator("}")) {
        Expression key = expression();
        tokens.expectOperator(":");
        entries.add(new Entry(key, expression()));
        if (!tokens.skipOperator(",")) {
          break;
        }
      }
      tokens.expectOperator("}");
      return new DictLiteral(entries);
    }
    throw tokens.expected("an expression");
  }

  private Expression postfix(Expression start) {
    Expression result = start;
    int chain = 0;
    while (true) {
      if (tokens.skipOperator(".")) {
        Token token = tokens.next();
        result =
            switch (token.kind()) {
              case NAME -> new Attribute(result, token.text());
              case INTEGER ->
                  new Item(result, new Literal(new Value.Int(new BigInteger(token.text()))));
              default ->
                  throw TemplateError.of("a name or number is expected after a dot", "点号后应为名称或数字");
            };
      } else if (tokens.skipOperator("[")) {
        result = subscript(result);
      } else if (tokens.isOperator("(")) {
        result = new Call(result, arguments());
      } else {
        return result;
      }
      link(++chain);
    }
  }

  /** A chain is a nest for the interpreter, so it is bounded like one. */
  private static void link(int length) {
    if (length > Limits.NESTING) {
      throw TemplateError.limit("it chains more than %d parts", "它连接超过 %d 个部分", Limits.NESTING);
    }
  }

  private Expression subscript(Expression of) {
    Optional<Expression> first =
        tokens.isOperator(":") ? Optional.empty() : Optional.of(expression());
    if (!tokens.skipOperator(":")) {
      List<Expression> items = new ArrayList<>(first.stream().toList());
      while (tokens.skipOperator(",")) {
        items.add(expression());
      }
      tokens.expectOperator("]");
      return new Item(of, items.size() == 1 ? items.getFirst() : new TupleLiteral(items));
    }
    Optional<Expression> to = slicePart();
    Optional<Expression> step = tokens.skipOperator(":") ? slicePart() : Optional.empty();
    tokens.expectOperator("]");
    return new Slice(of, first, to, step);
  }

  private Optional<Expression> slicePart() {
    return tokens.isOperator(":") || tokens.isOperator("]")
        ? Optional.empty()
        : Optional.of(expression());
  }

  private Expression filtersAndTests(Expression start) {
    Expression result = start;
    int chain = 0;
    while (true) {
      if (tokens.skipOperator("|")) {
        result = new Filtered(result, filter());
      } else if (tokens.skipName("is")) {
        result = test(result);
      } else if (tokens.isOperator("(")) {
        result = new Call(result, arguments());
      } else {
        return result;
      }
      link(++chain);
    }
  }

  /** A filter's name and arguments, after the bar. */
  FilterStep filter() {
    String name = dotted();
    return new FilterStep(name, tokens.isOperator("(") ? arguments() : ArgumentList.EMPTY);
  }

  /** Filters one after the other, at the start of a block. */
  List<FilterStep> filters() {
    List<FilterStep> steps = new ArrayList<>();
    do {
      steps.add(filter());
    } while (tokens.skipOperator("|"));
    return steps;
  }

  private String dotted() {
    StringBuilder name = new StringBuilder(tokens.name());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.name());
    }
    return name.toString();
  }

  private Expression test(Expression subject) {
    boolean negated = tokens.skipName("not");
    String name = dotted();
    ArgumentList arguments = ArgumentList.EMPTY;
    if (tokens.isOperator("(")) {
      arguments = arguments();
    } else if (startsArgument()) {
      if (tokens.isName("is")) {
        throw TemplateError.of("tests cannot be chained with is", "is 测试不能连用");
      }
      Expression argument = postfix(primary());
      arguments =
          new ArgumentList(List.of(argument), List.of(), Optional.empty(), Optional.empty());
    }
    return new Tested(subject, name, arguments, negated);
  }

  private boolean startsArgument() {
    return switch (tokens.current().kind()) {
      case NAME -> !Set.of("else", "or", "and").contains(tokens.current().text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> tokens.isOperator("[") || tokens.isOperator("{");
      case DATA, OPEN_OUTPUT, CLOSE_OUTPUT, OPEN_TAG, CLOSE_TAG, END -> false;
    };
  }

  private ArgumentList arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<Named> named = new ArrayList<>();
    Optional<Expression> list = Optional.empty();
    Optional<Expression> dict = Optional.empty();
    while (!tokens.isOperator(")")) {
      if (tokens.skipOperator("*")) {
        list = Optional.of(expression());
      } else if (tokens.skipOperator("**")) {
        dict = Optional.of(expression());
      } else {
        Expression value = expression();
        if (value instanceof Name(var name) && tokens.skipOperator("=")) {
          named.add(new Named(name, expression()));
        } else if (named.isEmpty() && list.isEmpty() && dict.isEmpty()) {
          positional.add(value);
        } else {
          throw TemplateError.of(
              "an argument without a name follows one with a name", "无名参数跟在有名参数之后");
        }
      }
      if (!tokens.skipOperator(",")) {
        break;
      }
    }
    tokens.expectOperator(")");
    return new ArgumentList(positional, named, list, dict);
  }
}
