package io.zaohua.model.jinja;

import io.zaohua.model.Message;
import io.zaohua.model.jinja.Value.ListValue;
import io.zaohua.model.jinja.Value.Range;
import io.zaohua.model.jinja.Value.Str;
import io.zaohua.model.jinja.Value.Tuple;
import io.zaohua.model.jinja.Value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Python's {@code [from:to:step]}, resolved against a length.
 *
 * @param from first position
 * @param step distance
 * @param size how many
 */
record Slices(int from, int step, int size) {
  static Value of(
      Value of,
      Optional<Value> from,
      Optional<Value> to,
      Optional<Value> step,
      Interpreter interpreter) {
    Operators.defined(of);
    return switch (of) {
      case Str(var text, _) -> text(text, from, to, step, interpreter.budget());
      case ListValue list -> {
        Slices slice = resolve(list.items().size(), from, to, step);
        yield interpreter.operators().list(slice.take(list.items()));
      }
      case Tuple tuple ->
          new Tuple(resolve(tuple.items().size(), from, to, step).take(tuple.items()));
      case Range range -> {
        Slices slice = resolve(range.size(), from, to, step);
        long start = range.start() + slice.from * range.step();
        long stride = range.step() * slice.step;
        yield new Range(start, start + slice.size * stride, stride, slice.size);
      }
      default -> new Undefined(Message.of("a %s has no slices", "%s 不能切片", Display.type(of)));
    };
  }

  private static Value text(
      String text, Optional<Value> from, Optional<Value> to, Optional<Value> step, Budget budget) {
    int length = Text.length(text);
    Slices slice = resolve(length, from, to, step);
    budget.characters(slice.size);
    if (slice.step == 1) {
      int start = Text.offset(text, Math.min(slice.from, length));
      return Value.of(text.substring(start, text.offsetByCodePoints(start, slice.size)));
    }
    int[] codePoints = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < slice.size; i++) {
      out.appendCodePoint(codePoints[slice.from + i * slice.step]);
    }
    return Value.of(out.toString());
  }

  private static Slices resolve(
      int length, Optional<Value> from, Optional<Value> to, Optional<Value> step) {
    long stride = part(step).orElse(1);
    if (stride == 0) {
      throw TemplateError.of("a slice cannot step by zero", "切片的步长不能为零");
    }
    boolean forward = stride > 0;
    long low = forward ? 0 : -1;
    long high = forward ? length : length - 1;
    long start = part(from).map(i -> bounded(i, length, low, high)).orElse(forward ? low : high);
    long end = part(to).map(i -> bounded(i, length, low, high)).orElse(forward ? high : low);
    long span = forward ? end - start : start - end;
    int size = span <= 0 ? 0 : (int) ((span - 1) / Math.abs(stride) + 1);
    int exact = (int) Math.clamp(stride, -length - 1L, length + 1L);
    return new Slices(size == 0 ? 0 : (int) start, exact, size);
  }

  private static Optional<Integer> part(Optional<Value> part) {
    return part.filter(value -> !(value instanceof Value.None)).map(Numbers::clamped);
  }

  private static long bounded(long index, int length, long low, long high) {
    return Math.clamp(index < 0 ? index + length : index, low, high);
  }

  private List<Value> take(List<Value> items) {
    List<Value> taken = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      taken.add(items.get(from + i * step));
    }
    return taken;
  }
}
