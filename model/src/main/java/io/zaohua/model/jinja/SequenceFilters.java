package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.jinja.Value.Dict;
import io.zaohua.model.jinja.Value.Generator;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Filters over sequences that neither sort nor select. */
final class SequenceFilters {
  static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("length", SequenceFilters::length),
          Map.entry("count", SequenceFilters::length),
          Map.entry("first", SequenceFilters::first),
          Map.entry("last", SequenceFilters::last),
          Map.entry("list", SequenceFilters::list),
          Map.entry("join", SequenceFilters::join),
          Map.entry("reverse", SequenceFilters::reverse),
          Map.entry("batch", SequenceFilters::batch),
          Map.entry("slice", SequenceFilters::slice),
          Map.entry("items", SequenceFilters::items),
          Map.entry("sum", SequenceFilters::sum));

  private SequenceFilters() {}

  private static Value length(Value subject, Arguments arguments, Interpreter interpreter) {
    return Value.of(
        Operators.size(subject)
            .orElseThrow(
                () -> TemplateError.of("%s has no length", "%s 没有长度", Display.type(subject))));
  }

  private static Value empty() {
    return new Undefined(Message.of("the sequence was empty", "序列为空"));
  }

  private static Value first(Value subject, Arguments arguments, Interpreter interpreter) {
    Iterator<Value> items = interpreter.operators().iterate(subject);
    return items.hasNext() ? items.next() : empty();
  }

  private static Value last(Value subject, Arguments arguments, Interpreter interpreter) {
    if (subject instanceof Generator) {
      throw TemplateError.of("last needs a list", "last 需要列表");
    }
    List<Value> items = interpreter.operators().items(subject);
    return items.isEmpty() ? empty() : items.getLast();
  }

  private static Value list(Value subject, Arguments arguments, Interpreter interpreter) {
    return interpreter.operators().list(interpreter.operators().items(subject));
  }

  private static Value join(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("join", "d?", "attribute?");
    Display display = interpreter.display();
    String separator = display.string(bound.find("d").orElse(Value.of("")));
    AttributePath path = AttributePath.of(bound.some("attribute"));
    Iterator<Value> items = interpreter.operators().iterate(subject);
    StringBuilder out = new StringBuilder();
    boolean more = false;
    while (items.hasNext()) {
      String part = display.string(path.in(items.next(), interpreter));
      interpreter.budget().characters((long) part.length() + separator.length());
      out.append(more ? separator : "").append(part);
      more = true;
    }
    return Value.of(out.toString());
  }

  private static Value reverse(Value subject, Arguments arguments, Interpreter interpreter) {
    if (subject instanceof Str(var text, _)) {
      interpreter.budget().characters(text.length());
      StringBuilder reversed = new StringBuilder(text.length());
      for (int i = text.length(); i > 0; i -= Character.charCount(text.codePointBefore(i))) {
        reversed.appendCodePoint(text.codePointBefore(i));
      }
      return Value.of(reversed.toString());
    }
    List<Value> items = new ArrayList<>(interpreter.operators().items(subject));
    interpreter.budget().steps(items.size());
    Collections.reverse(items);
    return subject instanceof Generator
        ? interpreter.operators().list(items)
        : new Generator(items.iterator());
  }

  private static Value batch(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("batch", "linecount", "fill_with?");
    int size = Math.max(1, bound.integer("linecount", 1));
    Optional<Value> fill = bound.some("fill_with");
    Iterator<Value> items = interpreter.operators().iterate(subject);
    return Lazy.of(
        interpreter,
        () -> {
          List<Value> row = new ArrayList<>();
          while (row.size() < size && items.hasNext()) {
            row.add(items.next());
          }
          if (row.isEmpty()) {
            return Optional.empty();
          }
          if (fill.isPresent()) {
            interpreter.budget().steps(2L * (size - row.size()));
            row.addAll(Collections.nCopies(size - row.size(), fill.get()));
          }
          return Optional.of(interpreter.operators().list(row));
        });
  }

  private static Value slice(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("slice", "slices", "fill_with?");
    int slices = bound.integer("slices", 1);
    if (slices < 1) {
      throw TemplateError.of("slice needs at least one slice", "slice 至少需要一份");
    }
    Optional<Value> fill = bound.some("fill_with");
    List<Value> items = interpreter.operators().items(subject);
    int each = items.size() / slices;
    int longer = items.size() % slices;
    interpreter.budget().steps(2L * slices);
    List<Value> parts = new ArrayList<>(slices);
    int at = 0;
    for (int i = 0; i < slices; i++) {
      int end = at + each + (i < longer ? 1 : 0);
      List<Value> part = new ArrayList<>(items.subList(at, end));
      if (i >= longer) {
        fill.ifPresent(part::add);
      }
      parts.add(interpreter.operators().list(part));
      at = end;
    }
    return new Generator(parts.iterator());
  }

  private static Value items(Value subject, Arguments arguments, Interpreter interpreter) {
    if (subject instanceof Undefined) {
      return new Generator(Collections.emptyIterator());
    }
    if (subject instanceof Dict dict) {
      return new Generator(Methods.pairs(dict.entries()).iterator());
    }
    throw TemplateError.of(
        "items needs a mapping, not %s", "items 需要映射,而不是 %s", Display.type(subject));
  }

  private static Value sum(Value subject, Arguments arguments, Interpreter interpreter) {
    Arguments.Bound bound = arguments.bind("sum", "attribute?", "start?");
    AttributePath path = AttributePath.of(bound.some("attribute"));
    Value total = bound.find("start").orElse(Value.of(0));
    if (total instanceof Str) {
      throw TemplateError.of("sum adds no texts", "sum 不能相加文本");
    }
    Iterator<Value> items = interpreter.operators().iterate(subject);
    while (items.hasNext()) {
      Value item = path.in(items.next(), interpreter);
      total = interpreter.operators().calculate(BinaryOperator.ADD, total, item);
    }
    return total;
  }
}
