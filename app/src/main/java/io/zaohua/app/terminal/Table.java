package io.zaohua.app.terminal;

import java.util.List;

/** Rows of text with their columns aligned. */
public final class Table {
  private Table() {}

  /** One line a row; columns are two spaces apart, the last one is not filled up. */
  public static String of(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        text.append(row.get(i));
        if (i < row.size() - 1) {
          text.repeat(' ', width(rows, i) - row.get(i).length() + 2);
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream()
        .filter(row -> column < row.size())
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
