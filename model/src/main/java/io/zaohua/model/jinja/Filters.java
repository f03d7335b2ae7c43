package io.zaohua.model.jinja;

import java.util.HashMap;
import java.util.Map;

/** All filters by name. */
final class Filters {
  private static final Map<String, Filter> ALL = new HashMap<>();

  static {
    ALL.putAll(TextFilters.ALL);
    ALL.putAll(SequenceFilters.ALL);
    ALL.putAll(SelectionFilters.ALL);
    ALL.putAll(OrderFilters.ALL);
    ALL.putAll(ValueFilters.ALL);
  }

  private Filters() {}

  static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  static Filter named(String name) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw TemplateError.of("there is no filter %s", "没有过滤器 %s", name);
    }
    return filter;
  }
}
